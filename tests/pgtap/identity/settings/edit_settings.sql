-- U4, U5: one's own settings and limits, under a version, from either book.
begin;
select plan(34);

select tests.set_stage();
select tests.act_as('alice', 'paper');

select results_eq(
  $$ select slippage_percent::numeric, allow_short, require_stop_loss, version::integer from identity.settings $$,
  $$ values (0.1, false, false, 1) $$, 'settings begin with their defaults');
select results_eq(
  $$ select slippage_percent::numeric, fill_delay_ms::integer, allow_short, version::integer
     from identity.edit_settings(1, slippage_percent => 0.5, fill_delay_ms => 20) $$,
  $$ values (0.5, 20, false, 2) $$, 'what is given changes, the rest stays, and the version counts');
select throws_ok('select identity.edit_settings(1, allow_short => true)', 'TB409', null, 'a stale version is refused');
select throws_ok('select identity.edit_settings(null, allow_short => true)', 'TB409', null, 'so is none');
select throws_ok('select identity.edit_settings(2, ' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array['slippage_percent => -1', 'slippage_percent => 100', 'slippage_percent => ''NaN''', 'fill_delay_ms => -1',
                  'max_quote_age => ''0''', 'max_history_age => ''-1 day''', 'initial_balances => ''[]''']) as wrong (terms);
select is((select version::integer from identity.settings), 2, 'a refusal changes nothing');

select is((select max_order_value::numeric from identity.set_risk_limit('USD', max_order_value => 1000)), 1000::numeric,
  'a limit is set');
select throws_ok($$ select identity.set_risk_limit('USD', max_order_value => 2000) $$, 'TB409', null,
  'then changed only with its version');
select throws_ok($$ select identity.set_risk_limit('USD', max_order_value => 2000, expected_version => 7) $$, 'TB409', null,
  'the right one');
select results_eq(
  $$ select max_order_value::numeric, max_daily_loss::numeric, version::integer
     from identity.set_risk_limit('USD', max_daily_loss => 50, expected_version => 1) $$,
  $$ values (null::numeric, 50::numeric, 2) $$, 'null lifts one');
select throws_ok($$ select identity.set_risk_limit('XXX', 1) $$, 'TB404', null, 'an unknown currency');
select throws_ok('select identity.set_risk_limit(' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array['''EUR'', 0', '''EUR'', -1', '''EUR'', ''NaN''', '''EUR'', ''Infinity''', '''EUR'', max_position_value => 0', 'null, 1']) as wrong (terms);

select tests.act_as('bob', 'live');
select is((select count(*) from identity.settings), 1::bigint, 'bob sees his own settings only');
select is_empty('select * from identity.risk_limits', 'and none of her limits');
select lives_ok('select identity.edit_settings(1, require_stop_loss => true)',
  'he edits his own, in the live book as well');
select throws_ok(act, '42501', null, 'and none past the verbs: ' || act)
from unnest(array['update identity.settings set allow_short = true', 'delete from identity.settings',
                  'update identity.risk_limits set max_order_value = null', 'truncate identity.risk_limits',
                  'insert into identity.settings (username) values (''bob'')']) as tried (act);
select tests.act_as('', 'paper');
select throws_ok('select identity.edit_settings(1)', 'TB401', null, 'nobody has none');
select throws_ok($$ select identity.set_risk_limit('USD', 1) $$, 'TB401', null, 'nor limits');

select tests.act_as_installer();
update identity.users set status = 'SUSPENDED' where username = 'bob';
select tests.act_as('bob', 'live');
select throws_ok('select identity.edit_settings(2)', 'TB401', null, 'a suspended user edits none');

select tests.act_as_installer();
select finish();
rollback;
