-- Rules 18, 21: a market order fills at once at the quote that it meets: buy at the ask, sell at the bid.
begin;
select plan(18);

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 101, 100, at => '2026-03-02 15:00+00');
select tests.act_as('alice', 'paper');

select results_eq(
  $$ select status::text, filled_quantity::numeric, average_price, fees::numeric, reject_reason, placed_at, left(order_id, 6), left(trade_id, 6), held_amount::numeric, held_quantity::numeric
     from place_order('AAPL', 'buy', 10) $$,
  $$ values ('FILLED', 10::numeric, 101::numeric, 0::numeric, null::text, timestamptz '2026-03-02 15:00+00', 'PAPER_', 'PAPER_', 0::numeric, 0::numeric) $$,
  'buy at the ask, with no fee row no fee, by the feed''s clock');
select results_eq($$ select average_price from place_order('AAPL', 'sell', 4) $$, array[99::numeric],
  'sell at the bid');
select results_eq(
  $$ select price_source::text, quote_number, slippage::numeric, liquidity::text, executed_at, realized_pnl::numeric, model ->> 'price' from executions order by seq $$,
  $$ values ('quote', 1::bigint, 0::numeric, 'taker', timestamptz '2026-03-02 15:00+00', 0::numeric, 'quote'), ('quote', 1, 0, 'taker', '2026-03-02 15:00+00', -8, 'quote') $$,
  'rule 22: each execution tells its source, quote and model');
select results_eq('select quantity::numeric, realized_pnl::numeric from positions', $$ values (6::numeric, -8::numeric) $$,
  'and the position follows');
select results_eq('select operation, actor from audit_log order by seq offset 2', $$ values ('order_filled', 'alice'), ('order_filled', 'alice') $$,
  'placing and filling at once is one act, of hers');

-- Without a side the last price serves, with slippage against the order, rounded to the tick against it.
select tests.quote('MSFT', last => 33.33);
select results_eq($$ select average_price from place_order('MSFT', 'buy', 1) $$, array[33.37], 'a buy slips up');
select results_eq($$ select average_price from place_order('MSFT', 'sell', 1) $$, array[33.29], 'a sale slips down');
select results_eq($$ select slippage::numeric, model ->> 'price' from executions where symbol = 'MSFT' order by seq $$,
  $$ values (0.04, 'last'), (0.04, 'last') $$, 'what it slipped is told');
select lives_ok($$ select edit_portfolio('main', 1, slippage_percent => 0) $$, 'slippage is the portfolio''s');
select results_eq($$ select average_price from place_order('MSFT', 'buy', 1) $$, array[33.33], 'and may be none');

-- One-sided and crossed quotes.
select tests.quote('MSFT', null, 35, null);
select is((select average_price from place_order('MSFT', 'buy', 1)), 35::numeric, 'an ask alone sells to a buyer');
select results_eq($$ select status::text, filled_quantity::numeric from place_order('MSFT', 'sell', 1) $$,
  $$ values ('OPEN', 0::numeric) $$,
  'but buys from nobody: there is no price to sell at');
select results_eq('select status::text from cancel_all()', array['CANCELED'], 'she gives up');
select tests.quote('AAPL', 102, 101, 101.5);
select results_eq($$ select status::text from place_order('AAPL', 'buy', 1) $$, array['OPEN'],
  'a crossed quote fills nothing');
select tests.quote('AAPL', 101, 102, 101.5);
select results_eq($$ select status::text, average_price from orders order by order_number desc limit 1 $$,
  $$ values ('FILLED', 102::numeric) $$,
  'the next honest one does');

select is((select status::text from place_order('AAPL', 'sell', 8)), 'REJECTED', 'what isn''t there can''t be sold');
select is((select status::text from place_order('AAPL', 'buy', 1000000)), 'REJECTED', 'nor bought without funds');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
