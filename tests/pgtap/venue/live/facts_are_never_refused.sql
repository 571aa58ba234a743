-- Rule 26: what a broker tells is recorded, overfills, overdrafts, shorts and late fills too; only the same fill twice isn't.
begin;
select plan(17);

select tests.set_stage();
select tests.open('alice', balances => '{"USD": 1000}');

select set_config('tests.over', tests.pending('alice', 'AAPL', 'buy', 10), true);
select is(tests.fill(current_setting('tests.over'), 4, 100, fill_id => 'b1'), 'PARTIALLY_FILLED', 'a partial fill');
select is(tests.fill(current_setting('tests.over'), 9, 100, fill_id => 'b2'), 'FILLED', 'an overfill');
select results_eq('select filled_quantity::numeric from orders', array[13::numeric], 'is kept as it was told');
select is(tests.fill(current_setting('tests.over'), 1, 100, fill_id => 'b3'), 'FILLED', 'and one after that');
select results_eq('select amount::numeric from balances', array[-400::numeric], 'a balance may go below zero');

select is(tests.refusal(format('select tests.fill(%L, 9, 100, fill_id => ''b2'')', current_setting('tests.over'))), '23505 executions_fill_once',
  'the same fill twice is refused by its key');
select is((select count(*) from executions), 3::bigint, 'so it enters once');

select tests.trade('alice', 'AAPL', 'sell', 20, 110, fee => -0.5) is not null;
select results_eq('select quantity::numeric from positions', array[-6::numeric],
  'a short that nobody allowed, crossing zero');
select is((select sum(amount)::numeric from ledger_entries where kind = 'fee'), 0.5, 'a rebate comes in');

-- Late: after the end.
select set_config('tests.late', tests.pending('alice', 'MSFT', 'buy', 10), true);
select tests.act_as('alice', 'live');
select is((select status::text from cancel_order(current_setting('tests.late'))), 'CANCELED', 'canceled here');
select tests.act_as_installer();
select is(tests.fill(current_setting('tests.late'), 4, 50), 'CANCELED',
  'a late fill is recorded, and it stays canceled');
select is(tests.fill(current_setting('tests.late'), 6, 50), 'FILLED', 'until all of it has filled');
select results_eq($$ select quantity::numeric, trade_id is not null from positions where symbol = 'MSFT' $$,
  $$ values (10::numeric, true) $$,
  'and opens a trade');
select set_config('tests.expired', tests.pending('alice', 'SAP', 'buy', 1), true);
update orders set status = 'EXPIRED' where order_id = current_setting('tests.expired');
select is(tests.fill(current_setting('tests.expired'), 1, 50), 'FILLED', 'likewise an expired one');
select results_eq($$ select amount::numeric from balances where currency = 'EUR' $$, array[-50::numeric],
  'in a currency that was never paid in');

select is_empty('select * from differences()', 'state is what the facts say');
select is_empty('select * from verify() where not chain_intact', 'and the chain is whole');

select finish();
rollback;
