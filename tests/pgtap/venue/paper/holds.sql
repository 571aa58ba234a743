-- Rule 7: what open orders need is held, funds and quantities, and nothing twice: after orders, fills, cancels, replacing.
begin;
select plan(38);

create function pg_temp.held() returns text language sql as $$ select format('%s of %s', plain(held), plain(amount)) from balances $$;
create function pg_temp.order_at(n bigint) returns text language sql as $$ select order_id from orders where order_number = n $$;

select tests.set_stage();
select tests.open('alice', balances => '{"USD": 10000}');
select tests.quote('AAPL', 99, 100);
select tests.act_as('alice', 'paper');

-- Funds.
select is((select held_amount::numeric from place_order('AAPL', 'buy', 50, 'limit', 90, time_in_force => 'GTC')), 4500::numeric,
  'a buy holds its notional at the limit');
select is((select held_amount::numeric from place_order('AAPL', 'buy', 40, 'stop', stop_price => 110, time_in_force => 'GTC')), 40 * 110 * 1.001,
  'a stop at its price with slippage');
select is(pg_temp.held(), '8904.4 of 10000', 'both are held');
select is((select status::text from place_order('AAPL', 'buy', 11, 'limit', 100, time_in_force => 'GTC')), 'REJECTED',
  'what is held can''t be spent twice');
select is((select status::text from place_order('AAPL', 'buy', 10)), 'FILLED', 'what is free can');
select is((select status::text from cancel_order(pg_temp.order_at(2))), 'CANCELED', 'canceling frees it');
select is(pg_temp.held(), '4500 of 9000', 'again');
select is((select held_amount::numeric from replace_order(pg_temp.order_at(1), 1, quantity => 60)), 5400::numeric,
  'replacing holds anew');
select throws_ok($$ select replace_order(pg_temp.order_at(1), 2, quantity => 101) $$, 'TB422', null,
  'not more than there is');
select is(pg_temp.held(), '5400 of 9000', 'and then the order is unchanged');
select lives_ok($$ select replace_order(pg_temp.order_at(1), 2, quantity => 100) $$,
  'its own hold counts as free for it');
select is(pg_temp.held(), '9000 of 9000', 'to the last cent');
select is((select held_amount::numeric from replace_order(pg_temp.order_at(1), 3, limit_price => 80)), 8000::numeric,
  'a lower limit holds less');
select tests.quote('AAPL', 70, 75);
select is(pg_temp.held(), '0 of 1000', 'filled, nothing is held');
select is((select quantity::numeric from positions), 110::numeric, 'she has 110');

-- Quantities: each sale takes what the ones before it left.
select tests.quote('AAPL', 99, 100);
select results_eq($$ select status::text, held_quantity::numeric, held_amount::numeric from place_order('AAPL', 'sell', 60, 'limit', 120, time_in_force => 'GTC') $$,
  $$ values ('OPEN', 60::numeric, 0::numeric) $$, 'a sale holds quantity, no money');
select is((select held_quantity::numeric from place_order('AAPL', 'sell', 50, 'stop', stop_price => 60, time_in_force => 'GTC')), 50::numeric,
  'the next the rest');
select is((select closable_quantity from open_positions), 0::numeric, 'nothing is left to sell');
select is((select status::text from place_order('AAPL', 'sell', 1)), 'REJECTED', 'so another is refused');
select is((select status::text from cancel_order(pg_temp.order_at(5))), 'CANCELED', 'one is canceled');
select is((select closable_quantity from open_positions), 60::numeric, 'and 60 are free');
select is((select status::text from place_order('AAPL', 'sell', 60)), 'FILLED', 'to be sold');
select results_eq($$ select held_quantity::numeric from orders where status = 'OPEN' $$, array[50::numeric],
  'the other keeps its own');
select tests.quote('AAPL', 50, 55, 52);
select is((select quantity::numeric from positions), 0::numeric, 'the stop sells the last of it');

-- A strategy's position is its own.
select tests.quote('AAPL', 9, 10);
select is((select status::text from place_order('AAPL', 'buy', 10, strategy => 'momentum')), 'FILLED',
  'bought for a strategy');
select is((select status::text from place_order('AAPL', 'sell', 10)), 'REJECTED', 'no other can sell it');
select is((select status::text from place_order('AAPL', 'sell', 10, strategy => 'momentum')), 'FILLED', 'but that one');

-- An earlier order that is made larger takes from the later ones; what is left over never sells short.
select is((select status::text from place_order('MSFT', 'sell', 1)), 'REJECTED', 'there is none yet');
select tests.quote('MSFT', 9, 10);
select is((select status::text from place_order('MSFT', 'buy', 20)), 'FILLED', 'bought');
select set_config('tests.early', (place_order('MSFT', 'sell', 10, 'limit', 12, time_in_force => 'GTC')).order_id, true),
       set_config('tests.later', (place_order('MSFT', 'sell', 10, 'limit', 11, time_in_force => 'GTC')).order_id, true);
select is((select held_quantity::numeric from replace_order(current_setting('tests.early'), 1, quantity => 15)), 15::numeric,
  'the earlier order comes first');
select is((select held_quantity::numeric from orders where order_id = current_setting('tests.later')), 5::numeric,
  'the later has what is left');
select tests.quote('MSFT', 11.5, 11.6);
select is((select status::text || ' ' || (end_reason is not null) from orders where order_id = current_setting('tests.later')), 'CANCELED true',
  'and is canceled rather than sell short');
select is((select status::text from cancel_order(current_setting('tests.early'))), 'CANCELED', 'the other goes too');
select is((select status::text from place_order('MSFT', 'sell', 20)), 'FILLED', 'all of it may be sold');

-- An expired order frees what it held.
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 8)), 'OPEN', 'an order for the day');
select is((select held::numeric from balances), 80::numeric, 'holds');
select tests.quote('AAPL', 9, 10, at => '2026-03-03 15:00+00');
select is((select held::numeric from balances), 0::numeric, 'until it expires');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
