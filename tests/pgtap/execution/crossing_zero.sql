-- Rule 2: a fill that crosses zero is two executions, of two trades: a trade never changes sign.
begin;
select plan(13);

select tests.set_stage();
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;
select tests.trade('alice', 'AAPL', 'sell', 25, 110, fee => 2.51) is not null;

select results_eq(
  $$ select seq, part::integer, quantity::numeric, realized_pnl::numeric, fee::numeric from executions order by seq $$,
  $$ values (1::bigint, 1, 10::numeric, 0::numeric, 0::numeric), (2, 1, 10, 100, 1.00), (3, 2, 15, 0, 1.51) $$,
  'one part closes, the other opens; the fee is shared to the cent');
select is((select count(distinct fill_id) from executions where seq > 1), 1::bigint, 'both are parts of one fill');
select is((select array_agg(trade_id order by seq) from executions)::text[], (select array[a, a, b] from (
  select min(trade_id) filter (where seq = 1) as a, min(trade_id) filter (where seq = 3) as b from executions) as t)::text[],
    'the first part belongs to the trade it closes');
select is((select count(distinct trade_id) from executions), 2::bigint, 'the second to another');
select results_eq($$ select quantity::numeric, cost::numeric, realized_pnl::numeric, trade_id = (select trade_id from executions where seq = 3) from positions $$,
  $$ values (-15::numeric, -1650::numeric, 100::numeric, true) $$,
    'the position is short at the price, in the new trade');
select is((select trade_id::text from orders where order_number = 2), (select trade_id::text from executions where seq = 3),
  'an order goes on with the trade that it opened');
select results_eq($$ select kind, amount::numeric, execution_seq from ledger_entries where execution_seq > 1 order by seq $$,
  $$ values ('settlement', 1100::numeric, 2::bigint), ('fee', -1.00, 2), ('settlement', 1650, 3), ('fee', -1.51, 3) $$,
    'each part has its own entries');

select tests.trade('alice', 'AAPL', 'buy', 20, 100) is not null;
select results_eq($$ select quantity::numeric, realized_pnl::numeric from positions $$,
  $$ values (5::numeric, 250::numeric) $$,
  'and back across');
select is((select count(distinct trade_id) from executions), 3::bigint, 'a third trade');
select is((select count(*) from audit_log where operation = 'order_filled'), 3::bigint, 'each fill is one event');
select is_empty('select * from differences()', 'state is what the facts say');

-- Strategies are positions of their own: what is another's can't be closed, only be short beside it.
select tests.trade('alice', 'AAPL', 'sell', 5, 100, strategy => 'other') is not null;
select results_eq($$ select strategy::text, quantity::numeric from positions where symbol = 'AAPL' order by strategy $$,
  $$ values ('', 5::numeric), ('other', -5) $$, 'rule 1: quantity and cost live per strategy');

select tests.trade('alice', 'AAPL', 'buy', 20, 100, fee => 1, strategy => 'other') is not null;
select results_eq('select fee::numeric from executions where seq > 6 order by seq', array[0.25, 0.75],
  'a round fee is shared by the currency''s decimals, not by its own');

select finish();
rollback;
