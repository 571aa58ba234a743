-- The events alone rebuild orders, trades, positions and balances; what is stored otherwise is found.
begin;
select plan(47);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1.50) is not null, tests.trade('alice', 'AAPL', 'sell', 4, 110, fee => 1) is not null;
select tests.trade('alice', 'MSFT', 'sell', 5, 40, strategy => 'short') is not null, tests.trade('alice', 'MSFT', 'buy', 8, 30, fee => 0.03, strategy => 'short') is not null;
select set_config('tests.partly', tests.pending('alice', 'AAPL', 'sell', 4), true);
select tests.fill(current_setting('tests.partly'), 1, 100);
select tests.pending('alice', 'MSFT', 'buy', 1) is not null, tests.pending('bob', 'AAPL', 'buy', 1) is not null;
select tests.act_as('alice', book());
select count(*) from cancel_all(portfolio => 'main');
select tests.act_as_installer();
select tests.told_open('alice', tests.pending('alice', 'MSFT', 'sell', 2, strategy => 'short'));

select is_empty('select * from departures', 'what is stored is what the events come to');
savepoint told;
select set_config('tests.refused', tests.pending('bob', 'AAPL', 'buy', 1), true);
with refused as (
  update orders as o set status = 'REJECTED', reject_reason = 'the broker says no'
  where order_id = current_setting('tests.refused') returning o.*)
select append_event(username, portfolio_id, 'order_refused', 'venue', jsonb_build_object('order_id', order_id, 'status', status, 'reject_reason', reject_reason)) from refused;
select is((select string_agg(status || ': ' || reject_reason, '') from rebuilt_orders where status = 'REJECTED'), 'REJECTED: the broker says no', 'any event may tell a status');
select is_empty('select * from departures', 'which is then what is stored');
rollback to told;
select tests.act_as('alice', book());
select results_eq($$ select kind, count(*) from replay() group by kind order by kind $$,
  $$ values ('balance', 1::bigint), ('order', 7), ('position', 2), ('trade', 3) $$, 'every order, trade, position and balance is rebuilt');
select is_empty($$ select key from replay('main') where kind = 'order' except select order_id from orders $$, 'by their own names');
select is((select state from replay('main') where kind = 'position' and key = 'MSFT short') - '{trade_id,opened_at,updated_at}'::text[],
  '{"symbol": "MSFT", "strategy": "short", "quantity": "3", "cost": "90", "currency": "USD", "multiplier": "1", "realized_pnl": "50", "fees": "0.03"}'::jsonb,
  'numbers are strings without trailing zeros');
select is((select (state ->> 'amount')::numeric from replay() where kind = 'balance'), (select amount::numeric from balances), 'money comes out the same');
select is((select state ->> 'status' from replay() where kind = 'order' and key = current_setting('tests.partly')), 'CANCELED', 'so does what became of an order');
select results_eq($$ select state ->> 'status', state ->> 'direction', (state ->> 'net')::text from replay() where kind = 'trade' order by state ->> 'placed_at', state ->> 'entry_price', key $$,
  $$ select status::text, direction::text, null::text from trades order by placed_at, null::text, trade_id $$, 'and of a trade');
select is((select (state ->> 'held_quantity')::numeric from replay() where kind = 'order' and state ->> 'status' = 'OPEN'), 2::numeric, 'what an open order holds is reckoned');
select throws_ok($$ select * from replay('none such') $$, 'TB404', null, 'a portfolio that there is');
select tests.act_as('bob', book());
select is((select count(*) from replay()), 2::bigint, 'bob replays his own');
select tests.act_as('', book());
select throws_ok('select * from replay()', 'TB401', null, 'nobody has nothing to replay');
select tests.act_as_installer();

set local session_replication_role = replica;
create function pg_temp.found(tampering text) returns text language plpgsql as $$
declare
  told text;
  bad  text;
begin
  execute tampering;
  select string_agg(distinct d.kind, ', ' order by d.kind) into told from departures as d where d.username = 'alice';
  select string_agg(v.username, ', ') into bad from verify() as v where not v.rebuilt_equals_stored;
  raise exception using errcode = 'TT000', message = coalesce(told, 'nothing') || ': ' || coalesce(bad, 'nobody');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
-- What facts and stored state agree on, but events never told: no other check could find these.
select is(pg_temp.found(tampering), found || ': ' || case found when 'nothing' then 'nobody' else 'alice' end, tampering)
from (values
  ('select 1', 'nothing'),
  ('update orders set reject_reason = reject_reason', 'nothing'),
  ('update orders set side = case side when ''buy'' then ''sell'' else ''buy'' end where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set limit_price = limit_price + 1 where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set time_in_force = ''DAY'' where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set symbol = ''SAP'' where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set strategy = ''x'' where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set quantity = quantity + 1, filled_quantity = filled_quantity + 1 where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set status = ''EXPIRED'' where end_reason is null and status = ''CANCELED''', 'order'),
  ('update orders set end_reason = ''x'' where status = ''CANCELED''', 'order'),
  ('update orders set version = version + 1 where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set context = ''{"a": 1}'' where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set hold_unit = hold_unit + 1 where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set trade_id = null where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set placed_at = placed_at + interval ''1 second'' where username = ''alice'' and order_number = 1', 'order'),
  ('update orders set purpose = ''close'' where username = ''alice'' and order_number = 2', 'order'),
  ('update orders set reason = ''x'' where username = ''alice'' and order_number = 2', 'order'),
  ('update orders set stop_loss = 1 where username = ''alice'' and order_number = 1', 'order'),
  ('delete from orders where order_number = 6 and username = ''alice''', 'order'),
  (tests.row_like('orders', jsonb_build_object('username', 'alice', 'order_id', new_id(), 'order_number', 99,
   'portfolio_id', (select portfolio_id from portfolios where username = 'alice'))), 'order'),
  ('update trades set status = ''CLOSING'' where status = ''OPEN''', 'trade'),
  ('update trades set direction = case direction when ''long'' then ''short'' else ''long'' end', 'trade'),
  ('update trades set stop_loss = 1', 'trade'),
  ('update trades set slippage = slippage + 1', 'trade'),
  ('update trades set exit_reason = ''x'' where exit_reason is not null', 'trade'),
  ('update trades set opened_at = opened_at - interval ''1 day''', 'trade'),
  ('update trades set closed_at = closed_at + interval ''1 day''', 'trade'),
  ('update trades set placed_at = placed_at + interval ''1 day''', 'trade'),
  ('update trades set session = 2', 'trade'),
  ('update trades set trade_context = ''{"a": 1}''', 'trade'),
  ('update trades set version = version + 1', 'trade'),
  ('update positions set opened_at = opened_at - interval ''1 day''', 'position'),
  ('update balances set amount = amount + 1 where username = ''alice''; insert into ledger_entries (username, portfolio_id, seq, kind, currency, amount, occurred_at, session) select username, portfolio_id, ledger_seq + 1, ''deposit'', ''USD'', 1, now(), 1 from portfolios where username = ''alice''; update portfolios set ledger_seq = ledger_seq + 1 where username = ''alice''', 'balance'),
  ('delete from balances where username = ''alice''', 'balance')) as tried (tampering, found);

select finish();
rollback;
