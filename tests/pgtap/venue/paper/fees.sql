-- Rule 24: the venue's fee rows charge each fill, by component, side, liquidity and day; no row, no fee.
begin;
select plan(16);

select tests.set_stage();
insert into shared_data.fees (venue, asset_class, component, side, liquidity, basis, rate, minimum, effective_from, source)
values ('nyse', 'equity', 'commission', 'both', 'taker', 'unit', 0.005, 1, '2000-01-01', 'p'), ('nyse', 'equity', 'commission', 'both', 'maker', 'unit', 0.001, null, '2000-01-01', 'p'),
       ('nyse', 'equity', 'sec', 'sell', 'both', 'percent', 0.00278, null, '2000-01-01', 'p'), ('nyse', 'equity', 'sec', 'sell', 'both', 'percent', 1, null, '2026-03-03',
         'p');
select shared_data.add_instrument('NYSE1', 'equity', 'USD', venue => 'nyse') is not null;
select tests.open('alice', balances => '{"USD": 100000}');
select tests.quote(symbol, 99, 100) from unnest(array['AAPL', 'NYSE1']) as symbol;
select tests.act_as('alice', 'paper');

select is((select fees::numeric from place_order('AAPL', 'buy', 100)), 0::numeric, 'no fee row, no fee');
select is((select fees::numeric from place_order('NYSE1', 'buy', 100)), 1::numeric,
  'the instrument''s venue charges, its minimum at least');
select is((select fees::numeric from place_order('NYSE1', 'buy', 333)), 1.67, '1.665 is rounded up to the cent');
select is((select fees::numeric from place_order('NYSE1', 'sell', 100)), 1.28,
  'a sale has one component more: 1 and 0.27522, rounded up');
select results_eq($$ select fee::numeric, fee_currency, fee_components from executions order by seq desc limit 1 $$,
  $$ values (1.28, 'USD', '{"commission": "1", "sec": "0.28"}'::jsonb) $$,
  'each component is stored');
select is((select fee_components from executions where seq = 1), null, 'or none');
select results_eq($$ select sum(amount)::numeric from ledger_entries where kind = 'fee' $$, array[-3.95],
  'fees are entries of their own');
select is((select fees::numeric from positions where symbol = 'NYSE1'), 3.95,
  'and add up on the position, apart from its profit');

select results_eq($$ select hold_fee::numeric, held_amount::numeric from place_order('NYSE1', 'buy', 100, 'limit', 90, time_in_force => 'GTC') $$,
  $$ values (1::numeric, 9001::numeric) $$,
  'a resting buy holds its fee as well');
select tests.quote('NYSE1', 89, 89.5);
select results_eq($$ select fee::numeric, liquidity::text from executions order by seq desc limit 1 $$,
  $$ values (0.10, 'maker') $$,
  'a maker pays the maker''s rate');

select tests.quote('NYSE1', 99, 100, at => '2026-03-04 15:00+00');
select is((select fees::numeric from place_order('NYSE1', 'sell', 10)), 1 + 9.90,
  'from its day on the newer rate counts');

select is((select fee_venue from edit_portfolio('main', 1, fee_venue => 'nyse')), 'nyse',
  'a portfolio may name its own venue');
select is((select fees::numeric from (select tests.quote('AAPL', 99, 100)) as q, place_order('AAPL', 'buy', 100)), 1::numeric,
  'which then charges for what has none');

select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 10, time_in_force => 'GTC')), 'OPEN',
  'an order');
select is((select reject_reason is not null from place_order('NYSE1', 'buy', (select floor((amount - held) / 100.1) from balances) + 1)), true,
  'funds must cover the fee too');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
