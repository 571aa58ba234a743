-- What was sent for an account and may still be heard of: all that isn't over, and what was over within three days,
-- since a fill may come late. Raises TB403 the lease is over.

create function sent_orders(worker text, broker text, account text)
  returns setof order_outbox
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held constant identity.broker_accounts := leased_account(worker, broker, account);
begin
  return query
  select s.*
  from order_outbox as s
  where (s.username, s.broker, s.account) = (held.username, held.broker, held.account)
    and (s.over_at is null or s.over_at > now() - interval '3 days')
  order by s.created_at, s.client_id;
end
$$;

comment on function sent_orders is 'What was sent for an account and may still be heard of. For the broker worker''s role.';
select let_only('sent_orders', 'twinbook_broker');
