-- Why the user's mode forbids an order, or null: who is in paper mode increases no exposure in the live book. It is a
-- security event, since a program may take one book for the other. What reduces passes in either mode.

create function mode_refusal_of(home portfolios, target orders, standing shared_data.standing)
  returns text
  language plpgsql
  set search_path from current
as $$
begin
  if increase_of(target, standing) = 0
    or exists (select from identity.modes as m where m.username = home.username and m.active_mode = 'live') then
    return null;
  end if;

  perform oversight.raise_security_event(
    home.username, 'live', 'live order in paper mode',
    jsonb_build_object('order_id', target.order_id, 'portfolio_id', home.portfolio_id, 'symbol', target.symbol));

  return 'TB403: the mode is paper: identity.switch_mode(''live'') switches it, given its confirmation';
end
$$;

comment on function mode_refusal_of is
  'Why the user''s mode forbids an order, or null. A refusal is a security event.';
