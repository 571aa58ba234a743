-- The one switch that halts live trading for everybody: who may, with what reason, and what stays of it.
begin;
select plan(30);

select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN') is not null;
select results_eq('select halted_at, halted_because, halted_by from oversight.live_switch', $$ values (null::timestamptz, null::text, null::text) $$, 'live trading begins unhalted');

select set_config('app.current_user', 'adam', true), set_config('role', 'twinbook_admin', true);
select throws_ok($$ select oversight.lift_halt('why not') $$, 'TB422', null, 'there is nothing to lift yet');
select throws_ok(format('select oversight.halt_live_trading(%s)', reason), 'TB400', null, 'a halt says why: ' || reason) from unnest(array['null', '''''', '''  ''']) as reason;
select results_eq($$ select halted_at = now(), halted_because, halted_by from oversight.halt_live_trading('a storm') $$, $$ values (true, 'a storm', 'adam') $$, 'it halts, by name');
select results_eq($$ select halted_because, halted_by from oversight.halt_live_trading('another') $$, $$ values ('a storm', 'adam') $$, 'a halt that stands keeps its reason');
select throws_ok(format('select oversight.lift_halt(%s)', reason), 'TB400', null, 'lifting says why: ' || reason) from unnest(array['null', '''''', '''  ''']) as reason;

select set_config('app.current_user', 'alice', true);
select throws_ok($$ select oversight.lift_halt('me') $$, 'TB403', null, 'a USER lifts none, even with that role');
select throws_ok($$ select oversight.halt_live_trading('me') $$, 'TB403', null, 'nor halts');
select tests.act_as('alice', 'paper');
select throws_ok($$ select oversight.halt_live_trading('me') $$, '42501', null, 'a trader halts nothing');
select tests.act_as('alice', 'live');
select throws_ok($$ select oversight.lift_halt('me') $$, '42501', null, 'nor lifts');
select results_eq('select halted_because from oversight.live_switch', array['a storm'], 'but reads why');
select throws_ok($$ update oversight.live_switch set halted_at = null $$, '42501', null, 'and changes nothing');
select set_config('role', 'twinbook_broker', true);
select throws_ok($$ select oversight.lift_halt('me') $$, '42501', null, 'nor does a worker');

select set_config('app.current_user', 'adam', true), set_config('role', 'twinbook_admin', true);
select results_eq($$ select halted_at, halted_because, halted_by from oversight.lift_halt('it is over') $$, $$ values (null::timestamptz, null::text, null::text) $$, 'an administrator lifts it');
select throws_ok($$ select oversight.lift_halt('again') $$, 'TB422', null, 'once');
select set_config('app.current_user', '', true);
select is((select halted_by from oversight.halt_live_trading('a monitor''s doubt')), session_user::text, 'where no user acts, by the login');

select tests.act_as_installer();
select results_eq($$ select username, operation, details from oversight.audit_log where operation ~ '^live_trading_' order by occurred_at $$,
  $$ values ('adam', 'live_trading_halted', '{"because": "a storm"}'::jsonb),
            ('adam', 'live_trading_resumed', '{"reason": "it is over", "was_halted_because": "a storm"}'),
            (('login:' || session_user) collate "default", 'live_trading_halted', '{"because": "a monitor''s doubt"}') $$, 'each is an act, a repeat none');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{}', '23505 live_switch_pkey'),
  ('{"the_only": false}', '23514 live_switch_is_the_only'),
  ('{"halted_because": null}', '23514 live_switch_halts_say_why'),
  ('{"halted_by": null}', '23514 live_switch_halts_say_why'),
  ('{"halted_at": null}', '23514 live_switch_halts_say_why');
select is(tests.refusal(tests.row_like('oversight.live_switch', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('oversight.live_switch') except select split_part(refused, ' ', 2) from cases $$, 'every law of the switch is tried');
select is(tests.refusal(act), 'TB001 live_switch', 'live_switch_is_never_removed: ' || act)
from unnest(array['delete from oversight.live_switch where false', 'truncate oversight.live_switch']) as tried (act);
select is((select count(*) from oversight.live_switch), 1::bigint, 'there is one');
select finish();
rollback;
