-- What is refused, and how: a business refusal is a row, an error is an exception with a code.

set "app.current_user" = 'alice';

select name from open_feed('no');
select name from open_portfolio('main', feed => 'no', initial_balances => '{"USD": 10000}');

-- Rows. No quote yet, so no price: a market order is REJECTED, a limit would wait.
select status, reject_reason from place_order('AAPL', 'buy', 10);
select replay_quotes('no', array[('AAPL', 409.98, 410.02, 410.00, null, '2012-01-04 14:30+00', null, null)]::quote[]);
select status, reject_reason from place_order('AAPL', 'buy', 1000);
select status, reject_reason from place_order('AAPL', 'sell', 1);

-- A limit that she puts on herself. It refuses only what increases exposure: selling passes.
select currency, max_order_value, version from identity.set_risk_limit('USD', max_order_value => 1000);
select status, reject_reason from place_order('AAPL', 'buy', 3);
select status, average_price from place_order('AAPL', 'buy', 2);

-- The refused ones are kept, and in the audit log.
select order_number as no, quantity, status, reject_reason from orders order by order_number;
select seq, operation, actor from audit_log order by seq;

-- Exceptions: a call that makes no sense. Nothing is stored.
select * from place_order('APPL', 'buy', 10);
\echo :LAST_ERROR_SQLSTATE
select * from place_order('AAPL', 'buy', -10);
\echo :LAST_ERROR_SQLSTATE
select * from place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 410.005);
\echo :LAST_ERROR_SQLSTATE
select * from place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 400, stop_loss => 410);
\echo :LAST_ERROR_SQLSTATE
select * from cancel_order('PAPER_0');
\echo :LAST_ERROR_SQLSTATE

-- What has no verb can't be done: an application has no right to write.
update orders set quantity = 1;
\echo :LAST_ERROR_SQLSTATE
delete from audit_log;
insert into ledger_entries select * from ledger_entries;
truncate executions;

-- The other book, and becoming somebody else.
select * from live_trading.orders;
set role twinbook_live;
set role twinbook_owner;
select * from identity.register_user('mallory');
select * from record_quote('AAPL', last => 1);

-- Bob sees none of alice's rows.
set "app.current_user" = 'bob';
select count(*) from orders;
select count(*) from portfolios;

-- Nor does nobody, nor somebody who isn't there.
reset "app.current_user";
select count(*) from orders;
select * from place_order('AAPL', 'buy', 1);
\echo :LAST_ERROR_SQLSTATE
set "app.current_user" = 'mallory';
select * from place_order('AAPL', 'buy', 1);
\echo :LAST_ERROR_SQLSTATE
