-- The one door for fills: execution, ledger, balance, position, order and event from one call, in either book.
begin;
select plan(16);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select set_config('tests.order', tests.pending('alice', 'AAPL', 'buy', 10), true);
-- Whoever tells of a fill does so as the engine.
select set_config('role', 'twinbook_engine', true);

select results_eq(
  $$ select status::text, filled_quantity::numeric, filled_value::numeric, average_price, fees::numeric, version::integer
     from record_execution((select o from orders as o where username = 'alice'), 'f1', 4, 100, '2026-03-02 15:00+00', 'broker', fee => 1,
                           fee_components => '{"commission": "1"}', slippage => 0.02, liquidity => 'taker', quote_number => 7, model => '{"a": "b"}') $$,
  $$ values ('PARTIALLY_FILLED', 4::numeric, 400::numeric, 100::numeric, 1::numeric, 1) $$,
  'a fill moves the order on, and isn''t an edit of its user''s');
select results_eq(
  $$ select seq, fill_id, part::integer, side::text, quantity::numeric, price::numeric, currency, fee::numeric, fee_currency, fee_components, slippage::numeric,
            realized_pnl::numeric, liquidity::text, price_source::text, quote_number, model, executed_at from executions $$,
  $$ values (1::bigint, 'f1', 1, 'buy', 4::numeric, 100::numeric, 'USD', 1::numeric, 'USD', '{"commission": "1"}'::jsonb, 0.02, 0::numeric, 'taker', 'broker', 7::bigint,
             '{"a": "b"}'::jsonb, timestamptz '2026-03-02 15:00+00') $$,
  'B3: the execution tells everything');
select results_eq($$ select kind, amount::numeric, execution_seq from ledger_entries where username = 'alice' order by seq $$,
  $$ values ('deposit', 100000::numeric, null::bigint), ('settlement', -400, 1), ('fee', -1, 1) $$,
    'money moved by two entries');
select results_eq($$ select amount::numeric from balances where username = 'alice' $$, array[99599::numeric],
  'out of the balance');
select results_eq($$ select quantity::numeric, cost::numeric, average_price, fees::numeric, trade_id = (select trade_id from executions) from positions $$,
  $$ values (4::numeric, 400::numeric, 100::numeric, 1::numeric, true) $$, 'into the position, whose trade it opened');
select results_eq($$ select operation, actor, details ->> 'quantity', details ->> 'price' from audit_log where username = 'alice' order by seq desc limit 1 $$,
  $$ values ('order_filled', 'venue', '4', '100') $$, 'by one event, numbers as text');
select ok(starts_with((select trade_id from executions), upper(book()) || '_'), 'I3: the trade''s id tells its book');

select is(tests.fill(current_setting('tests.order'), 6, 110, fill_id => 'f2'), 'FILLED', 'the rest fills it');
select results_eq($$ select average_price, filled_value::numeric from orders where username = 'alice' $$,
  $$ values (106::numeric, 1060::numeric) $$,
  'at the average of both');
select is((select count(distinct trade_id) from executions), 1::bigint, 'one trade');
select is((select count(*) from executions where seq = 2), 1::bigint, 'numbered within the portfolio');

select is(tests.refusal($$ select tests.fill(tests.pending('alice', 'AAPL', 'buy', 5), 5, 100, fill_id => 'f2') $$), '23505 executions_fill_once',
  'a fill enters once');
select set_config('role', 'none', true);
select is(tests.refusal($$ select tests.fill(tests.pending('bob', 'AAPL', 'buy', 5), 5, 100, fill_id => 'f2') $$), 'accepted',
  'another portfolio''s fill of that id is another fill');

select is_empty('select * from differences()', 'state is what the facts say');

select tests.act_as('alice', book());
select throws_ok($$ select record_execution(o, 'f3', 1, 1, now(), 'broker') from orders as o $$, '42501', null,
  'applications fill nothing');
select is((select count(*) from executions), 2::bigint, 'and see their fills');

select tests.act_as_installer();
select finish();
rollback;
