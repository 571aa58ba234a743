-- Rule 12: DAY orders expire at the first close after they became effective, before that moment's quotes are matched.
begin;
select plan(20);

create function pg_temp.newest() returns text language sql as $$
  select format('%s %s', status, end_reason) from orders order by order_number desc limit 1
$$;

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 101, at => '2026-03-06 15:00+00');
select tests.act_as('alice', 'paper');

select results_eq($$ select time_in_force::text, status::text, expires_at from place_order('AAPL', 'buy', 10, 'limit', 95) $$,
  $$ values ('DAY', 'OPEN', timestamptz '2026-03-06 21:00+00') $$, 'an order is for the day, unless told otherwise');
select is((select held::numeric from balances), 950::numeric, 'it holds its money');
select tests.quote('AAPL', 96, 97, at => '2026-03-06 20:59:59+00');
select is(pg_temp.newest(), 'OPEN ', 'a second before the close it is open');
select tests.quote('AAPL', 90, 91, at => '2026-03-06 21:00+00');
select is(pg_temp.newest(), 'EXPIRED end of day', 'the quote of that very moment finds it expired');
select is((select held::numeric from balances), 0::numeric, 'its money is free');
select is((select count(*) from audit_log where operation = 'order_expired' and actor = 'venue'), 1::bigint,
  'and an event tells it');

select results_eq($$ select expires_at from place_order('AAPL', 'buy', 10, 'limit', 80) $$,
  $$ values (timestamptz '2026-03-09 20:00+00') $$,
  'on Friday after the close: Monday''s close, an hour earlier in UTC since daylight saving began');
select tests.quote('MSFT', 10, 11, at => '2026-03-09 20:00+00');
select is(pg_temp.newest(), 'EXPIRED end of day',
  'the feed''s clock alone expires it: another symbol''s quote will do');

select results_eq($$ select status::text, expires_at from place_order('AAPL', 'buy', 10, 'limit', 80, time_in_force => 'GTC') $$,
  $$ values ('OPEN', null::timestamptz) $$,
  'GTC has no end');
select is((select status::text from place_order('MSFT', 'buy', 10, 'limit', 5)), 'OPEN', 'nor does a DAY order now');
select tests.quote('AAPL', 90, 91, at => '2026-03-12 15:00+00');
select results_eq('select symbol, status::text from orders order by order_number desc limit 2', $$ values ('MSFT', 'EXPIRED'), ('AAPL', 'OPEN') $$,
  'days later one has expired, the other waits');
select is((replace_order(order_id, 1, limit_price => 85)).status::text, 'OPEN', 'GTC may be replaced') from orders where status = 'OPEN';

-- A stop of the day, too; and what is placed on an empty feed of one's own begins its day with the first quote.
select place_order('AAPL', 'buy', 1, 'stop', stop_price => 200) is not null;
select tests.quote('AAPL', 199, 201, 200, at => '2026-03-12 20:00+00');
select is(pg_temp.newest(), 'EXPIRED end of day', 'a stop expires before that moment triggers it');

select shared_data.open_feed('own') is not null;
select is((select feed_owner from open_portfolio('own', feed => 'own')), 'alice',
  'a portfolio on an empty feed of her own');
select results_eq($$ select status::text, expires_at from place_order('AAPL', 'buy', 10, 'limit', 95, portfolio => 'own') $$,
  $$ values ('OPEN', null::timestamptz) $$,
  'a limit rests there, and its day has no end yet');
select is((select status::text from place_order('AAPL', 'buy', 10, portfolio => 'own')), 'REJECTED',
  'a market order has no price');
select shared_data.replay_quotes('own', array[('AAPL', 99, 101, null, null, '2012-01-03 15:00+00', null, null)::shared_data.quote]);
select is((select max(expires_at) from orders where feed = 'own'), timestamptz '2012-01-03 21:00+00',
  'with the first quote its day has an end');
select shared_data.replay_quotes('own', array[('AAPL', 90, 91, null, null, '2012-01-04 15:00+00', null, null)::shared_data.quote]);
select results_eq($$ select status::text from orders where feed = 'own' and order_type = 'limit' $$, array['EXPIRED'],
  'and ends by it');

-- The sweep and the next verb find what no quote did.
select tests.act_as_installer();
insert into orders (username, portfolio_id, order_number, symbol, side, order_type, time_in_force, quantity, limit_price, currency, feed_owner, feed, works_as, effective_number, session, expires_at)
select username, portfolio_id, order_seq + 1, 'AAPL', 'buy', 'limit', 'DAY', 1, 1, 'USD', feed_owner, feed, 'limit', 99, 1, '2012-01-01' from portfolios where name = 'own';
update portfolios set order_seq = order_seq + 1 where name = 'own';
update orders set status = 'OPEN', is_resting = true where status = 'PENDING';
select is(shared_data.sweep() > 0, true, 'the sweep goes through it');
select is((select status::text from orders where expires_at = '2012-01-01'), 'EXPIRED',
  'and expires what is past its day');

select tests.act_as_installer();
select finish();
rollback;
