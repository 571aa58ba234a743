-- T-01-01: the tables and views of a book, with the columns that every reader may count on.
begin;
select plan(18);

create temporary table promised (relation text, columns text);
insert into promised values
  ('portfolios', 'username, portfolio_id, name, base_currency, feed, is_active, version'),
  ('orders', 'username, order_id, portfolio_id, trade_id, symbol, side, order_type, time_in_force, quantity, limit_price, stop_price, status,
              filled_quantity, average_price, fees, reject_reason, idempotency_key, version, placed_at'),
  ('executions', 'username, portfolio_id, seq, order_id, trade_id, symbol, side, quantity, price, currency, fee, fee_currency, slippage,
                  realized_pnl, price_source, executed_at, created_at'),
  ('positions', 'username, portfolio_id, symbol, strategy, quantity, average_price, realized_pnl'),
  ('balances', 'username, portfolio_id, currency, amount, held'),
  ('ledger_entries', 'username, portfolio_id, seq, kind, currency, amount, execution_seq, occurred_at, created_at'),
  ('audit_log', 'username, portfolio_id, seq, operation, actor, details, ip_address, session_id, checksum, previous_checksum, occurred_at'),
  ('order_transitions', 'from_status, to_status'),
  ('trade_transitions', 'from_status, to_status'),
  ('state_transitions', 'username, portfolio_id, trade_id, seq, from_status, to_status, cause, actor, occurred_at'),
  ('sessions', 'username, portfolio_id, number, label, started_at, ended_at, end_reason, is_reset'),
  ('trades', 'username, trade_id, portfolio_id, session, symbol, strategy, direction, asset_class, underlying, option_type, strike, expiry,
              entry_price, entry_quantity, opened_at, exit_price, exit_quantity, closed_at, stop_loss, take_profit, fees, slippage, realized_pnl,
              net_pnl, mfe, mae, regime, signal_reason, explanation, exit_reason, trade_context, idempotency_key, version'),
  ('open_positions', 'username, portfolio_id, portfolio, symbol, strategy, quantity, average_price, mark, market_value, unrealized_pnl, realized_pnl'),
  ('net_positions', 'username, portfolio_id, symbol, quantity, market_value, unrealized_pnl'),
  ('portfolio_summary',
    'username, portfolio_id, name, base_currency, cash, equity, realized_pnl, unrealized_pnl, fees, unknown');

select lives_ok(format('select %s from %I', columns, relation), 'T-01-01 ' || relation || ' is as the interface says') from promised;

select is_empty(
  $$ select a.attrelid::regclass, a.attname from pg_attribute as a join pg_class as c on c.oid = a.attrelid
     where c.relnamespace = (book() || '_trading')::regnamespace and c.relkind = 'r' and a.attnum > 0
       and a.atttypid in ('float4'::regtype, 'float8'::regtype, 'money'::regtype, 'timestamp'::regtype) $$,
  'money is numeric and time has its zone, everywhere');
select is_empty(
  $$ select conname from pg_constraint join pg_class as c on c.oid = conrelid, lateral (
       select attname from pg_attribute where (attrelid, attnum) = (conrelid, conkey[1])) as first
     where c.relnamespace = (book() || '_trading')::regnamespace and contype in ('p', 'u') and c.relname !~ '_transitions$' and attname <> 'username' $$,
  'the tenant key comes first in every key');
select is_empty(
  $$ select conname from pg_constraint join pg_class as c on c.oid = conrelid
     where c.relnamespace = (book() || '_trading')::regnamespace and contype = 'f' and confrelid::regclass::text !~ '^(identity|shared_data)\.'
       and confrelid <> 'shared_data.instruments'::regclass and confrelid <> 'shared_data.currencies'::regclass and confrelid <> 'shared_data.feeds'::regclass
       and not (select attnum from pg_attribute where attrelid = conrelid and attname = 'username') = any (conkey) $$,
  'and in every foreign key inside a user''s data');

select finish();
rollback;
