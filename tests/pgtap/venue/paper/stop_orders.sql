-- Rule 13: a stop triggers on the last price, or on bid and ask where the instrument says so or there is no last; then it is a
-- market or limit order. Never on what was before it.
begin;
select plan(22);

create function pg_temp.newest() returns text language sql as $$
  select format('%s %s %s', status, works_as, plain(average_price)) from orders order by order_number desc limit 1
$$;

select tests.set_stage();
select shared_data.add_instrument('QSTOP', 'equity', 'USD', stop_trigger => 'quote') is not null;
select tests.open('alice');
select tests.quote(symbol, 99, 101, 100) from unnest(array['AAPL', 'QSTOP']) as symbol;
select tests.act_as('alice', 'paper');
select place_order(symbol, 'buy', 100) is not null from unnest(array['AAPL', 'QSTOP']) as symbol;

select results_eq($$ select status::text, works_as::text, triggered_at from place_order('AAPL', 'sell', 10, 'stop', stop_price => 95, time_in_force => 'GTC') $$,
  $$ values ('OPEN', 'stop', null::timestamptz) $$, 'a stop waits');
select tests.quote('AAPL', 94, 96, 96);
select is(pg_temp.newest(), 'OPEN stop ', 'the bid is through it, the last price isn''t: it waits');
select tests.quote('AAPL', 94.5, 95.5, 95);
select is(pg_temp.newest(), 'FILLED market 94.5', 'the last price touches it: sold at the bid');
select ok((select triggered_at is not null from orders order by order_number desc limit 1),
  'when it was triggered is told');
select is((select count(*) from audit_log where operation = 'order_triggered'), 1::bigint, 'and an event');

select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'sell', 10, 'stop', stop_price => 95, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 80, 81, 80.5);
select is(pg_temp.newest(), 'FILLED market 80', 'a gap fills at the market, not at the stop');

select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'sell', 10, 'stop', stop_price => 95, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 94, 96, null);
select is(pg_temp.newest(), 'FILLED market 94', 'where there is no last price the bid triggers a sale');
select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'buy', 10, 'stop', stop_price => 105, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 104, 105, null);
select is(pg_temp.newest(), 'FILLED market 105', 'and the ask a buy');

select place_order('QSTOP', 'sell', 10, 'stop', stop_price => 95, time_in_force => 'GTC') is not null;
select tests.quote('QSTOP', 96, 98, 94);
select is(pg_temp.newest(), 'OPEN stop ', 'stop_trigger quote: the last price is no matter');
select tests.quote('QSTOP', 95, 98, 97);
select is(pg_temp.newest(), 'FILLED market 95', 'the bid is');

-- Already through when placed: the next quote decides, not the one before.
select tests.quote('AAPL', 89, 91, 90);
select is((select status::text from place_order('AAPL', 'sell', 10, 'stop', stop_price => 95, time_in_force => 'GTC')), 'OPEN',
  'a stop never triggers on what was before it');
select tests.quote('AAPL', 98, 99, 98.5);
select is(pg_temp.newest(), 'OPEN stop ', 'the price came back: it waits on');
select results_eq('select status::text from cancel_all()', array['CANCELED'], 'she gives up');

-- Stop-limit.
select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'sell', 10, 'stop_limit', 94, 95, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 90, 91, 90.5);
select is(pg_temp.newest(), 'OPEN limit ', 'triggered, but the market is below its limit: it rests as a limit order');
select tests.quote('AAPL', 96, 97, 96.5);
select is(pg_temp.newest(), 'FILLED limit 94', 'and fills at its limit when the market comes back');
select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'sell', 10, 'stop_limit', 94, 95, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 94.5, 95, 94.9);
select is(pg_temp.newest(), 'FILLED limit 94.5', 'one that meets the market when triggered fills at the quote');

select tests.quote('AAPL', 99, 101, 100);
select set_config('tests.stop', (place_order('AAPL', 'sell', 10, 'stop_limit', 94, 95, time_in_force => 'GTC')).order_id, true);
select tests.quote('AAPL', 90, 91, 90.5);
select throws_ok($$ select replace_order(current_setting('tests.stop'), 1, stop_price => 93) $$, 'TB422', null,
  'a stop price that has done its work isn''t replaced');
select is((select limit_price::numeric from replace_order(current_setting('tests.stop'), 1, limit_price => 92)), 92::numeric,
  'its limit may be');

-- A crossed quote triggers nothing.
select tests.quote('AAPL', 99, 101, 100);
select place_order('AAPL', 'sell', 1, 'stop', stop_price => 95, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 91, 90, 90);
select is(pg_temp.newest(), 'OPEN stop ', 'a crossed quote triggers nothing');

-- A stop that meets a worse price than its user has money for.
select count(*) from cancel_all();
select tests.quote('AAPL', 99, 100, 100);
select is((select status::text from place_order('AAPL', 'buy', 800, 'stop', stop_price => 101, time_in_force => 'GTC')), 'OPEN',
  'a stop that is nearly all she has');
select tests.quote('AAPL', 138, 140, 139);
select results_eq($$ select status::text, end_reason is not null, held_amount::numeric from orders order by order_number desc limit 1 $$,
  $$ values ('CANCELED', true, 0::numeric) $$,
  'a gap past her funds cancels it, and says why');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
