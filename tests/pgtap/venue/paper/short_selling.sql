-- Rule 7: short selling only where instrument and portfolio allow it, with margin; below maintenance nothing may increase.
begin;
select plan(30);

create function pg_temp.state() returns text language sql as $$
  select format('%s @ %s, cash %s', plain(quantity), plain(average_price), (select plain(amount) from balances)) from positions where symbol = 'AAPL'
$$;

select tests.set_stage();
select shared_data.add_instrument('HARD', 'equity', 'USD', is_shortable => false) is not null;
select tests.open('alice', balances => '{"USD": 10000}', allow_short => true), tests.open('bob');
select tests.quote(symbol, 99, 100, 100) from unnest(array['AAPL', 'HARD']) as symbol;

select tests.act_as('bob', 'paper');
select is((select status::text from place_order('AAPL', 'sell', 1)), 'REJECTED',
  'short selling is off, unless the portfolio allows it');
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('HARD', 'sell', 1)), 'REJECTED',
  'and where the instrument isn''t shortable');

select results_eq($$ select status::text, average_price from place_order('AAPL', 'sell', 50) $$,
  $$ values ('FILLED', 99::numeric) $$,
  'a short sale at the bid');
select is(pg_temp.state(), '-50 @ 99, cash 14950', 'the position is below zero, its proceeds are in the cash');
select results_eq($$ select hold_unit::numeric, held_amount::numeric from place_order('AAPL', 'sell', 10, 'limit', 120, time_in_force => 'GTC') $$,
  $$ values (60::numeric, 600::numeric) $$,
  'a resting one holds half its limit: 150 % less the proceeds');
select results_eq($$ select hold_unit::numeric from place_order('AAPL', 'sell', 10, 'limit', 101, time_in_force => 'GTC') $$, array[51.5],
  'or half of 103 % of the ask, where that is more');
select count(*) from cancel_all();

-- Free: 14950 - 150 % of 50 x 100 = 7450. A further unit takes 51.5.
select is((select status::text from place_order('AAPL', 'sell', 145)), 'REJECTED',
  'proceeds are not for spending: a short needs its margin');
select is((select status::text from place_order('AAPL', 'buy', 130, strategy => 'other')), 'REJECTED',
  'nor for buying');
select is((select status::text from place_order('AAPL', 'sell', 50)), 'FILLED', 'what there is margin for passes');
select is(pg_temp.state(), '-100 @ 99, cash 19900', '100 short');

-- The mark rises: 130 % of 100 x 160 is more than the cash.
select tests.quote('AAPL', 159, 160, 160);
select is((select reject_reason from place_order('AAPL', 'sell', 1)), 'margin call',
  'below maintenance what increases is refused');
select is((select reject_reason from place_order('AAPL', 'buy', 1, strategy => 'other')), 'margin call',
  'whatever it is');
select results_eq($$ select status::text, average_price from place_order('AAPL', 'buy', 40) $$,
  $$ values ('FILLED', 160::numeric) $$,
  'covering always passes');
select is(pg_temp.state(), '-60 @ 99, cash 13500', 'and realizes its loss');
select is((select realized_pnl::numeric from positions where symbol = 'AAPL'), -2440::numeric, 'of 61 a unit');
select is((select held_quantity::numeric from place_order('AAPL', 'buy', 60, 'limit', 90, time_in_force => 'GTC')), 60::numeric,
  'a resting cover holds quantity, and no money');
select is((select held::numeric from balances), 0::numeric, 'none at all');
select is((select status::text from place_order('AAPL', 'buy', 1)), 'REJECTED',
  'with all of it taken, another buy is a new long: refused under the call');

select tests.quote('AAPL', 89, 90, 90);
select is(pg_temp.state(), '0 @ , cash 8100', 'covered at its limit');
select is((select realized_pnl::numeric from positions where symbol = 'AAPL'), -2440 + 540::numeric,
  'profit on the way down');

-- Orders share a position out anew whenever one of them ends.
select is((select status::text from place_order('AAPL', 'buy', 10)), 'FILLED', 'long 10');
select set_config('tests.exit', (place_order('AAPL', 'sell', 10, 'limit', 120, time_in_force => 'GTC')).order_id, true);
select results_eq($$ select held_quantity::numeric, held_amount::numeric from place_order('AAPL', 'sell', 10, 'limit', 120, time_in_force => 'GTC') $$,
  $$ values (0::numeric, 600::numeric) $$, 'a second sale would be short, and holds its margin');
select is((select status::text from cancel_order(current_setting('tests.exit'))), 'CANCELED', 'the first is canceled');
select results_eq($$ select held_quantity::numeric, held_amount::numeric from orders where status = 'OPEN' $$,
  $$ values (10::numeric, 0::numeric) $$,
  'so the second is the exit now');
select count(*) from cancel_all();
select is((select status::text from place_order('AAPL', 'sell', 10)), 'FILLED', 'flat');

-- Crossing zero in one order.
select is((select status::text from place_order('AAPL', 'buy', 10)), 'FILLED', 'long 10');
select is((select status::text from place_order('AAPL', 'sell', 25)), 'FILLED', 'sell 25: flat, and 15 short');
select results_eq($$ select part::integer, quantity::numeric from executions order by seq desc limit 2 $$,
  $$ values (2, 15::numeric), (1, 10) $$,
  'rule 2: two executions');
select is((select count(distinct trade_id) from (select trade_id from executions order by seq desc limit 2) as t), 2::bigint,
  'of two trades');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
