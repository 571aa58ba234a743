-- T1, T3: everybody begins in paper mode, and one row tells mode and paper totals, from either book.
begin;
select plan(13);

select tests.set_stage();

select tests.act_as('alice', 'paper');
select results_eq(
  $$ select active_mode, last_mode_change, paper_balance, paper_realized_pnl, is_live_broker_configured from identity.mode_state $$,
  $$ values ('paper', null::timestamptz, 0::numeric, 0::numeric, false) $$,
  'a new user is in paper mode, never switched, and owns nothing');

select true from paper_trading.open_portfolio('main', initial_balances => '{"USD": 1000, "EUR": 5}', feed => 'tape');
select true from paper_trading.open_portfolio('side', initial_balances => '{"USD": 500}', feed => 'tape');
select tests.quote('AAPL', 99, 100);
select is((select status::text from paper_trading.place_order('AAPL', 'buy', 5, portfolio => 'main')), 'FILLED',
  'she buys');
select tests.quote('AAPL', 90, 91);
select is((select status::text from paper_trading.place_order('AAPL', 'sell', 5, portfolio => 'main')), 'FILLED',
  'and sells lower');

select results_eq('select paper_balance, paper_realized_pnl from identity.mode_state', $$ values (1450::numeric, -50::numeric) $$,
  'her cash and her loss, over her active portfolios, in their base currency');
select tests.act_as('alice', 'live');
select results_eq('select active_mode, paper_balance, paper_realized_pnl from identity.mode_state', $$ values ('paper', 1450::numeric, -50::numeric) $$,
  'a live session may ask too, for its own user');

select tests.act_as('bob', 'paper');
select results_eq('select paper_balance, paper_realized_pnl from identity.mode_state', $$ values (0::numeric, 0::numeric) $$,
  'bob sees his own, which is nothing');
select true from paper_trading.open_portfolio('dollars', initial_balances => '{"USD": 1}');
select true from paper_trading.open_portfolio('euros', 'EUR', initial_balances => '{"EUR": 1}');
select results_eq('select paper_balance from identity.mode_state', $$ values (null::numeric) $$,
  'sums in two currencies are not added up');

select tests.act_as('', 'paper');
select is_empty('select * from identity.mode_state', 'nobody has no mode');

select tests.act_as_installer();
select tests.act_as('bob', 'paper');
select identity.add_broker('alpaca', 'PA1', 'sandbox', 'gAAAAAx') is not null;
select tests.act_as('alice', 'paper');
select is((select is_live_broker_configured from identity.mode_state), false, 'another''s broker is none of hers');
select identity.add_broker('alpaca', 'PA1', 'sandbox', 'gAAAAAx') is not null;
select is((select is_live_broker_configured from identity.mode_state), true, 'with one of hers it is configured');
select identity.drop_broker('alpaca', 'PA1') is not null;
select is((select is_live_broker_configured from identity.mode_state), false, 'until it is inactive');
select tests.act_as_installer();
select identity.allow_live_trading('alice', true) is not null, oversight.halt_live_trading('a storm') is not null;
select tests.act_as('alice', 'paper');
select results_eq('select is_live_allowed, live_halted_because from identity.mode_state', $$ values (true, 'a storm') $$,
  'it tells which yeses are there');
select throws_ok($$ update identity.modes set active_mode = 'live' $$, '42501', null,
  'the mode isn''t switched past a verb');

select tests.act_as_installer();
select finish();
rollback;
