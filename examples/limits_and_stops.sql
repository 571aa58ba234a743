-- Limits and stops, on a replay of one's own feed: what fills at which price, and what DAY means.

set "app.current_user" = 'alice';

select name from open_feed('replay');
select name from open_portfolio('main', feed => 'replay', initial_balances => '{"USD": 100000}');
select replay_quotes('replay', array[('AAPL', 409.98, 410.02, 410.00, 1200, '2012-01-04 14:30+00', null, null)]::quote[]);

-- A limit that meets the market fills at once, at the ask and not at its limit.
select order_number as no, side, order_type, limit_price, time_in_force, status, average_price
from place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 412);

-- A limit below it waits and holds the money; this one until the close, as DAY is the default.
select order_number as no, side, order_type, limit_price, time_in_force, status, held_amount
from place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 405);

-- A stop waits for the last price to fall to it, and then sells at the market. GTC outlives the day.
select order_number as no, side, order_type, stop_price, time_in_force, status, held_quantity
from place_order('AAPL', 'sell', 5, order_type => 'stop', stop_price => 400, time_in_force => 'GTC');

-- A stop_limit waits likewise, and then sells at 403 or better.
select order_number as no, side, order_type, stop_price, limit_price, time_in_force, status, held_quantity
from place_order('AAPL', 'sell', 5, order_type => 'stop_limit', stop_price => 404, limit_price => 403, time_in_force => 'GTC');

-- IOC and FOK never wait.
select order_number as no, side, order_type, limit_price, time_in_force, status, end_reason
from place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 405, time_in_force => 'IOC');

-- 404 trades: the limit fills at 405, its price, and the stop_limit is triggered and finds a bid of 403.90.
select replay_quotes('replay', array[('AAPL', 403.90, 404.10, 404.00, 900, '2012-01-04 16:00+00', null, null)]::quote[]);
select order_number as no, side, order_type, status, average_price from orders order by order_number;

-- A DAY order far below. The day closes at 16:00 in New York, 21:00 UTC, and the next quote comes the morning after.
select order_number as no, status, expires_at from place_order('AAPL', 'buy', 1, order_type => 'limit', limit_price => 390);

-- Overnight the price falls through the stop: it sells at the market that it finds, below its stop price.
select replay_quotes('replay', array[('AAPL', 396.00, 396.20, 396.10, 5000, '2012-01-05 14:30+00', null, null)]::quote[]);
select order_number as no, side, order_type, stop_price, limit_price, status, average_price, end_reason
from orders
order by order_number;

-- An order that waits can be replaced, by whoever has read it as it stands: the version says so.
select order_id, order_number as no, version from place_order('AAPL', 'buy', 2, order_type => 'limit', limit_price => 390) \gset
select order_number as no, quantity, limit_price, status, version
from replace_order(:'order_id', expected_version => 1, limit_price => 391);
select * from replace_order(:'order_id', expected_version => 1, limit_price => 392);
select order_number as no, status from cancel_order(:'order_id');

select currency, amount, held from balances;
select * from verify_portfolios();
