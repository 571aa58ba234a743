-- I4, rule 8: who is in paper mode increases no exposure in the live book. It is a stored REJECTED and a security event;
-- what reduces passes in either mode, and no other verb asks.
begin;
select plan(22);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.quote('AAPL', 99, 101, 100);
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;
update identity.modes set active_mode = 'paper' where username = 'alice';
select tests.act_as('alice', 'live');

select results_eq(
  $$ select (o.result).status::text, (o.result).reject_reason ~ 'mode is paper.*switch_mode' from (select place_order('AAPL', side, quantity, type, lim, stop) as result from
       (values ('buy', 1, 'market', null::numeric, null::numeric), ('buy', 1, 'limit', 90, null), ('sell', 11, 'market', null, null), ('sell', 15, 'stop', null, 90)) as t (side, quantity, type, lim, stop) offset 0) as o $$,
  $$ select 'REJECTED', true from generate_series(1, 4) $$, 'what increases is a stored REJECTED that says what to do, whatever it is');
select is((select reject_reason ~ 'mode is paper' from place_order('MSFT', 'buy', 1)), true, 'before the want of a price is asked');
select is((select count(*) from audit_log where operation = 'order_rejected'), 5::bigint, 'each is in the audit log');
select isnt((select reject_reason from place_order('AAPL', 'sell', 10)) ~ 'mode is paper', true, 'what reduces isn''t asked for the mode');
select isnt((select reject_reason from place_order('AAPL', 'sell', 3, 'limit', 90)) ~ 'mode is paper', true, 'nor in part');
select throws_ok($$ select place_order('AAPL', 'buy', -1) $$, 'TB400', null, 'what makes no sense is no event');
select lives_ok($$ select * from cancel_all() $$, 'canceling asks no mode');
select is((select reject_reason ~ 'mode is paper' from close_trade((select trade_id from positions))), false, 'nor does closing a trade');
select lives_ok($$ select flatten() $$, 'nor does flattening');
select lives_ok($$ select open_portfolio('second') $$, 'nor opening a portfolio');
select is((select reject_reason ~ 'mode is paper' from place_order('AAPL', 'buy', 1, idempotency_key => 'k', portfolio => 'main')), true, 'a request with a key');
select is((select reject_reason ~ 'mode is paper' from place_order('AAPL', 'buy', 1, idempotency_key => 'k', portfolio => 'main')), true, 'and its repeat');

select tests.act_as('bob', 'live');
select is((select reject_reason ~ 'mode is paper' from place_order('AAPL', 'buy', 1)), false, 'who is in live mode isn''t told so');

select tests.act_as_installer();
select results_eq($$ select severity, count(*) from oversight.security_events group by severity order by count(*) $$,
  $$ values ('LOW', 1::bigint), ('MEDIUM', 2), ('HIGH', 3) $$, 'each was a security event, the later the worse, a repeat of a request none');
select is((select count(*) from oversight.security_events where (username, book, kind::text) = ('alice', 'live', 'live order in paper mode')), 6::bigint, 'hers');
select is((select count(*) from oversight.security_events as e join orders as o on (o.username, o.order_id) = (e.username, e.details ->> 'order_id')
           where o.status = 'REJECTED' and o.symbol = e.details ->> 'symbol'), 6::bigint, 'each names its order');

select tests.act_as('alice', 'paper');
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.act_as_installer();
select tests.open('alice'), tests.open('bob');
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 1)), 'FILLED', 'paper is open in paper mode');
select tests.act_as('bob', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 1)), 'FILLED', 'and in live mode');
select tests.act_as_installer();
select is((select count(*) from oversight.security_events), 6::bigint, 'without a word');

set local search_path = live_trading, shared_data, tap, pg_temp;
update identity.modes set active_mode = 'live' where username = 'alice';
select tests.act_as('alice', 'live');
select is((select reject_reason ~ 'mode is paper' from place_order('AAPL', 'buy', 1, portfolio => 'main')), false, 'switched to live, she isn''t told so');
select tests.act_as_installer();
select is((select count(*) from oversight.security_events), 6::bigint, 'nor is it an event');
select is_empty('select * from oversight.verify_book(''live'') where not (chain_intact and rebuilt_equals_stored)', 'the book is whole');

select finish();
rollback;
