-- Which yes was withdrawn since an order that increases exposure was taken, or null: a halt, the administrator's, the
-- account's. What closes needs none.

create function lost_yes_of(sent order_outbox)
  returns text
  language plpgsql stable
  set search_path from current
as $$
begin
  return (
    select case when s.halted_at is not null then 'live trading was halted: ' || s.halted_because
                when not m.is_live_allowed   then 'no administrator allows you to trade live any more'
                when not b.is_active         then 'the account was made inactive' end
    from oversight.live_switch as s
    cross join identity.modes as m
    join identity.broker_accounts as b using (username)
    where (b.username, b.broker, b.account) = (sent.username, sent.broker, sent.account)
      and sent.effect = 'open');
end
$$;

comment on function lost_yes_of is 'Which yes was withdrawn since an order that increases exposure was taken, or null.';
