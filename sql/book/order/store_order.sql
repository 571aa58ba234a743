-- Stores a new order: its number, the order and its event, in one statement under the portfolio's lock.

create function store_order(wanted orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  act     constant text  := case wanted.status when 'REJECTED' then 'order_rejected' else 'order_placed' end;
  details constant jsonb := order_details(wanted);
  stored  orders;
begin
  with was as (
    select p.audit_seq, p.audit_head, clock_timestamp() as at
    from portfolios as p
    where (p.username, p.portfolio_id) = (wanted.username, wanted.portfolio_id)
  ),
  counted as (
    update portfolios as p
    set order_seq  = wanted.order_number,
        audit_seq  = was.audit_seq + 1,
        audit_head = checksum_of(p.username, p.portfolio_id, was.audit_seq + 1, act, p.username, was.at, details, was.audit_head)
    from was
    where (p.username, p.portfolio_id) = (wanted.username, wanted.portfolio_id)
    returning p.audit_seq, p.audit_head, was.audit_head as previous, was.at
  ),
  event as (
    insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
    select wanted.username, wanted.portfolio_id, c.audit_seq, act, wanted.username, details, c.audit_head, c.previous, c.at
    from counted as c
  )
  insert into orders (
    username, order_id, portfolio_id, order_number, symbol, strategy, side, order_type, time_in_force, quantity,
    limit_price, stop_price, currency, status, reject_reason, idempotency_key, request_hash, context, feed_owner, feed,
    works_as, effective_number, effective_at, hold_unit, hold_fee, placed_at)
  select
    wanted.username, wanted.order_id, wanted.portfolio_id, wanted.order_number, wanted.symbol, wanted.strategy, wanted.side,
    wanted.order_type, wanted.time_in_force, wanted.quantity, wanted.limit_price, wanted.stop_price, wanted.currency,
    wanted.status, wanted.reject_reason, wanted.idempotency_key, wanted.request_hash, wanted.context, p.feed_owner, p.feed,
    wanted.works_as, wanted.effective_number, wanted.effective_at, wanted.hold_unit, wanted.hold_fee, wanted.placed_at
  from portfolios as p
  where (p.username, p.portfolio_id) = (wanted.username, wanted.portfolio_id)
  returning * into stored;

  return stored;
end
$$;

comment on function store_order is 'Store a new order with its event.';
