-- Cancels an open order, keeping what was filled; one that a broker may have waits for its word, with pending_action
-- cancel; with expected_version, only if its owner hasn't edited it since.
-- Raises TB401 no user, TB404 not visible, TB409 stale version, TB422 no longer open.

create function cancel_order(order_id text, expected_version integer default null)
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
begin
  select * into locked from lock_order(cancel_order.order_id, cancel_order.expected_version);
  return withdraw_order(locked.target, null, (locked.target).username);
end
$$;

comment on function cancel_order is 'Cancel an open order; what was filled stays filled.';
select let_traders('cancel_order');
