-- A life under the signed identity, once from end to end: alice opens, orders, is filled, reads, gets out, verifies.
begin;
select plan(18);

select tests.sign_identity();
select tests.set_stage();
select tests.quote('AAPL', 99, 101);

select tests.act_as('alice', book());
select isnt(current_setting('app.current_user'), 'alice', 'she says a token, not her name');
select is((select username || ' ' || name from open_portfolio('main', feed => 'tape', initial_balances => '{"USD": 100000}')), 'alice main', 'she opens a portfolio');
select is((select count(*) from portfolios), 1::bigint, 'and has it');
select is((select username from place_order('AAPL', 'buy', 10, stop_loss => 90)), 'alice', 'an order goes its venue''s way, and is hers');
select throws_ok($$ select place_order('NOPE', 'buy', 10) $$, 'TB404', null, 'what isn''t there is refused');

-- The venue's word, in either book.
select isnt(tests.trade('alice', 'MSFT', 'buy', 5, 20), null, 'a fill is hers');
select set_config('tests.waits', tests.pending('alice', 'MSFT', 'buy', 1), true);
select is((select string_agg(distinct username, ' ') from executions), 'alice', 'she sees it');
select is((select quantity::numeric from positions where symbol = 'MSFT'), 5::numeric, 'and the position');
select is((select amount::numeric from balances), 100000 - (select sum(quantity * price + fee) from executions), 'what it cost is paid');
select is((select count(*) from open_positions), (select count(*) from positions where quantity <> 0), 'views show hers');
select is((select username from cancel_order(current_setting('tests.waits'))), 'alice', 'she cancels');
select is((select count(*) > 0 from audit_log), true, 'all of it is in her log');
select is((select array_agg(distinct actor) from audit_log where actor <> 'venue'), array['alice'], 'by name, never by token');
select is((select bool_and(chain_intact and rebuilt_equals_stored) from verify_portfolios()), true, 'and verifies');
select is((select active_mode from identity.mode_state), 'paper', 'her mode is hers to see');

select tests.act_as('bob', book());
select is((select count(*) from portfolios) + (select count(*) from orders) + (select count(*) from audit_log), 0::bigint, 'bob sees nothing of it');
select set_config('app.current_user', tests.says('alice', case book() when 'paper' then 'live' else 'paper' end), true);
select is((select count(*) from portfolios), 0::bigint, 'nor does her token for the other book');

select tests.act_as_installer();
select unalike(string_agg(details::text || actor, ' '), '%tb1:%', 'no token is kept anywhere') from audit_log;

select finish();
rollback;
