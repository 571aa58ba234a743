-- Where what is stored isn't what the events rebuild: an order, trade, position or balance that differs, is missing, or
-- that no event tells of. No row where the book is whole. A full join takes a condition on its keys to both sides, so
-- that one portfolio is asked for as cheaply as it is small.

create view departures
  with (security_invoker = true)
as
select username, portfolio_id, 'order' as kind, order_id::text as key
from rebuilt_orders as r
full join orders as s using (username, portfolio_id, order_id)
where (r.order_number, r.trade_id, r.symbol, r.strategy, r.side, r.order_type, r.time_in_force, r.quantity,
       r.limit_price, r.stop_price, r.currency, r.base_currency, r.status, r.filled_quantity, r.filled_value,
       r.fees, r.reject_reason, r.end_reason, r.idempotency_key, r.version, r.context, r.works_as,
       r.effective_number, r.hold_unit, r.hold_fee, r.placed_at, r.session, r.purpose, r.stop_loss,
       r.take_profit, r.reason)
   is distinct from
      (s.order_number, s.trade_id, s.symbol, s.strategy, s.side, s.order_type, s.time_in_force, s.quantity,
       s.limit_price, s.stop_price, s.currency, s.base_currency, s.status, s.filled_quantity, s.filled_value,
       s.fees, s.reject_reason, s.end_reason, s.idempotency_key, s.version, s.context, s.works_as,
       s.effective_number, s.hold_unit, s.hold_fee, s.placed_at, s.session, s.purpose, s.stop_loss,
       s.take_profit, s.reason)
union all
select username, portfolio_id, 'trade', trade_id::text
from rebuilt_trades as r
full join trades as s using (username, portfolio_id, trade_id)
where (r.session, r.symbol, r.strategy, r.direction, r.status, r.currency, r.entry_quantity, r.entry_value,
       r.exit_quantity, r.exit_value, r.stop_loss, r.take_profit, r.fees, r.slippage, r.realized_pnl, r.trade_context,
       r.entry_order_id, r.idempotency_key, r.exit_reason, r.placed_at, r.opened_at, r.closed_at, r.version)
   is distinct from
      (s.session, s.symbol, s.strategy, s.direction, s.status, s.currency, s.entry_quantity, s.entry_value,
       s.exit_quantity, s.exit_value, s.stop_loss, s.take_profit, s.fees, s.slippage, s.realized_pnl, s.trade_context,
       s.entry_order_id, s.idempotency_key, s.exit_reason, s.placed_at, s.opened_at, s.closed_at, s.version)
union all
select username, portfolio_id, 'position', concat_ws(' ', symbol, nullif(strategy, ''))
from rebuilt_positions as r
full join positions as s using (username, portfolio_id, symbol, strategy)
where (r.trade_id, r.quantity, r.cost, r.realized_pnl, r.fees, r.opened_at, r.updated_at)
   is distinct from
      (s.trade_id, s.quantity, s.cost, s.realized_pnl, s.fees, s.opened_at, s.updated_at)
   or r.currency <> s.currency
   or r.multiplier <> s.multiplier
union all
select username, portfolio_id, 'balance', currency
from rebuilt_balances as r
full join balances as s using (username, portfolio_id, currency)
where coalesce(r.amount, 0) <> coalesce(s.amount, 0);

comment on view departures is 'Where stored state isn''t what the audit log rebuilds; no row where the book is whole.';
select let_traders_read('departures');
grant select on departures to twinbook_engine;
