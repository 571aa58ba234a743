-- Idempotency: a client that got no answer asks again with the same key, and the order is there once.

set "app.current_user" = 'alice';

select name from open_feed('once');
select name from open_portfolio('main', feed => 'once', initial_balances => '{"USD": 10000}');
select replay_quotes('once', array[('AAPL', 409.98, 410.02, 410.00, null, '2012-01-04 14:30+00', null, null)]::quote[]);

select order_id, order_number, status, average_price from place_order('AAPL', 'buy', 10, idempotency_key => 'f3c1');

-- Again, after the price has moved: the first order, as it stands. 10 and 10.00 are the same request.
select replay_quotes('once', array[('AAPL', 414.10, 414.14, 414.12, null, '2012-01-04 18:30+00', null, null)]::quote[]);
select order_id, order_number, status, average_price from place_order('AAPL', 'buy', 10.00, idempotency_key => 'f3c1');
select count(*) from executions;

-- Another request under the same key is refused.
select * from place_order('AAPL', 'buy', 11, idempotency_key => 'f3c1');
\echo :LAST_ERROR_SQLSTATE

-- A refusal is an answer too: it is repeated, and not tried again.
select order_number, status, reject_reason from place_order('AAPL', 'buy', 100, idempotency_key => 'f3c2');
select order_number, status, reject_reason from place_order('AAPL', 'buy', 100, idempotency_key => 'f3c2');

-- Another user's keys are his own.
set "app.current_user" = 'bob';
select name from open_feed('once');
select name from open_portfolio('main', feed => 'once', initial_balances => '{"USD": 10000}');
select replay_quotes('once', array[('AAPL', 409.98, 410.02, 410.00, null, '2012-01-04 14:30+00', null, null)]::quote[]);
select order_number, status, average_price from place_order('AAPL', 'buy', 1, idempotency_key => 'f3c1');
