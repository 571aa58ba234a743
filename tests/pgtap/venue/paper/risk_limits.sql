-- Rule 8: limits and suspensions refuse only what increases exposure; cancels, reducing orders and exits always pass.
begin;
select plan(33);

select tests.set_stage();
select tests.open('alice', balances => '{"USD": 100000, "EUR": 100000}', allow_short => true);
select tests.quote('AAPL', 99, 100), tests.quote('SAP', 99, 100);
select tests.act_as('alice', 'paper');

select is((select status::text from place_order('AAPL', 'buy', 100)), 'FILLED', 'without limits');
select set_config('tests.open', (place_order('AAPL', 'buy', 10, 'limit', 90, time_in_force => 'GTC')).order_id, true);

select identity.set_risk_limit('USD', max_order_value => 1000) is not null;
select is((select status::text from place_order('AAPL', 'buy', 9)), 'FILLED', 'within the order limit');
select results_eq($$ select status::text, split_part(reject_reason, ':', 1) from place_order('AAPL', 'buy', 10) $$,
  $$ values ('REJECTED', 'order value limit') $$,
  'a thousand and slippage is beyond it');
select is((select status::text from place_order('SAP', 'buy', 100)), 'FILLED', 'another currency has its own');
select is((select status::text from place_order('AAPL', 'sell', 50)), 'FILLED', 'what reduces passes');
select throws_ok($$ select replace_order(current_setting('tests.open'), 1, quantity => 12) $$, 'TB422', null,
  'replacing is no way round it');
select is((select status::text from replace_order(current_setting('tests.open'), 1, quantity => 11)), 'OPEN',
  'within it it passes');

select identity.set_risk_limit('USD', max_position_value => 7000, expected_version => 1) is not null;
select is((select status::text from place_order('AAPL', 'buy', 10)), 'FILLED', 'a position of 69');
select results_eq($$ select status::text, split_part(reject_reason, ':', 1) from place_order('AAPL', 'buy', 1) $$,
  $$ values ('REJECTED', 'position value limit') $$,
  'the seventieth costs a little more than the limit');
select is((select status::text from place_order('AAPL', 'buy', 1, strategy => 'other')), 'FILLED',
  'a limit a position');
select is((select status::text from place_order('AAPL', 'sell', 69)), 'FILLED', 'out');
select results_eq($$ select split_part(reject_reason, ':', 1) from place_order('AAPL', 'sell', 70) $$, array['position value limit'],
  'it binds shorts alike');
select is((select status::text from place_order('AAPL', 'sell', 60)), 'FILLED', 'within it, short');
select is((select status::text from place_order('AAPL', 'buy', 60)), 'FILLED', 'covering passes');

select identity.set_risk_limit('USD', max_daily_loss => 100, expected_version => 2) is not null;
select is((select status::text from place_order('AAPL', 'buy', 100)), 'REJECTED',
  'the day''s losses count: 50 + 69 + 60 a dollar each');
select is((select split_part(reject_reason, ':', 1) from orders order by order_number desc limit 1), 'daily loss limit',
  'and are the reason');
select is((select status::text from place_order('SAP', 'sell', 10)), 'FILLED', 'reducing passes, another currency too');
select tests.quote('AAPL', 99, 100, at => '2026-03-03 00:00+00');
select is((select status::text from place_order('AAPL', 'buy', 100)), 'FILLED',
  'at UTC midnight of the feed a new day begins');

select lives_ok('select identity.edit_settings(1, require_stop_loss => true)', 'a stop loss is required');
select is((select reject_reason is not null and status = 'REJECTED' from place_order('AAPL', 'buy', 1)), true,
  'so what increases is refused, while there are none');
select is((select status::text from place_order('AAPL', 'sell', 1)), 'FILLED', 'what reduces passes');
select results_eq($$ select status::text from place_order('AAPL', 'sell', 200) $$, array['REJECTED'],
  'what crosses zero increases');

-- Suspended: reduce and cancel, never increase.
select lives_ok('select identity.edit_settings(2, require_stop_loss => false)', 'not any more');
select tests.act_as_installer();
update identity.users set status = 'SUSPENDED' where username = 'alice';
select tests.act_as('alice', 'paper');
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB401', null, 'a suspended user increases nothing');
select throws_ok($$ select place_order('AAPL', 'sell', 500) $$, 'TB401', null, 'nor by crossing zero');
select throws_ok($$ select replace_order(current_setting('tests.open'), 2, quantity => 12) $$, 'TB401', null,
  'nor by replacing');
select is((select status::text from place_order('AAPL', 'sell', 10)), 'FILLED', 'but sells');
select is((select status::text from place_order('AAPL', 'sell', 5, 'limit', 200, time_in_force => 'GTC')), 'OPEN',
  'at a limit as well');
select is((select status::text from cancel_order(current_setting('tests.open'))), 'CANCELED', 'and cancels');
select is((select count(*) from cancel_all()), 1::bigint, 'all of it');
select isnt_empty('select * from open_positions', 'and sees what is his');
select is((select count(*) from verify_portfolios()), 1::bigint, 'and verifies it');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
