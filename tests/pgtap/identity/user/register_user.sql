-- U3: users are registered by administrators, with paper as their mode; only a SUPERADMIN makes administrators.
begin;
select plan(30);

set local role twinbook_admin;
select results_eq(
  $$ select username, email, role, status, version::integer from identity.register_user('alice', 'alice@example.com') $$,
  $$ values ('alice', 'alice@example.com', 'USER', 'ACTIVE', 1) $$,
  'an ACTIVE USER, unless told otherwise');
select is((select status from identity.register_user('pending', status => 'PENDING_VERIFICATION')), 'PENDING_VERIFICATION',
  'or one to be verified');
select is((select role from identity.register_user('root', role => 'SUPERADMIN')), 'SUPERADMIN',
  'the login itself may make administrators');
select is((select role from identity.register_user('adam', role => 'ADMIN')), 'ADMIN', 'of both kinds');

reset role;
select results_eq($$ select active_mode, last_mode_change from identity.modes where username = 'alice' $$,
  $$ values ('paper', null::timestamptz) $$, 'T1: the mode is paper');
select is((select count(*) from identity.settings where username = 'alice'), 1::bigint, 'with settings of his own');
select set_config('role', 'twinbook_admin', true);

select throws_ok($$ select identity.register_user('alice') $$, 'TB422', null, 'a name is given once');
select throws_ok($$ select identity.register_user('alicia', 'ALICE@EXAMPLE.COM') $$, 'TB422', null,
  'and so is an e-mail, in any case');
select throws_ok('select identity.register_user(' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array['null', '''''', '''Alice''', '''a b''', '''zoe'', ''nonsense''', '''zoe'', role => ''GOD''', '''zoe'', role => null',
                  '''zoe'', status => ''HAPPY''', '''zoe'', status => null', '''zoe'', password_hash => ''secret''']) as wrong (terms);

select set_config('app.current_user', tests.says('adam', 'administration'), true);
select lives_ok($$ select identity.register_user('carol') $$, 'an ADMIN registers users');
select throws_ok($$ select identity.register_user('eve', role => 'ADMIN') $$, 'TB403', null,
  'but makes no administrators');
select throws_ok($$ select identity.register_user('eve', role => 'SUPERADMIN') $$, 'TB403', null, 'of either kind');
select set_config('app.current_user', tests.says('root', 'administration'), true);
select lives_ok($$ select identity.register_user('eve', role => 'ADMIN') $$, 'a SUPERADMIN does');
select set_config('app.current_user', tests.says('alice', 'administration'), true);
select throws_ok($$ select identity.register_user('mallory') $$, 'TB403', null,
  'a USER doesn''t, even where his session could');
select set_config('app.current_user', tests.says('nobody', 'administration'), true);
select throws_ok($$ select identity.register_user('mallory') $$, 'TB403', null, 'nor somebody unknown');

select tests.act_as('alice', 'paper');
select throws_ok($$ select identity.register_user('mallory') $$, '42501', null,
  'an application''s session has no such verb');
select results_eq('select username from identity.users', array['alice'], 'and sees its own user only');
select throws_ok(act, '42501', null, 'and touches none: ' || act)
from unnest(array['update identity.users set role = ''ADMIN''', 'delete from identity.users', 'truncate identity.users',
                  'insert into identity.users (username) values (''mallory'')']) as tried (act);

select tests.act_as_installer();
select finish();
rollback;
