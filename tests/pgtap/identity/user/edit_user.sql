-- U3, U5: what is given of a user changes, under a version; a closed user stays closed.
begin;
select plan(26);

select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN') is not null;
select identity.register_user('root', role => 'SUPERADMIN') is not null;

set local role twinbook_admin;
select set_config('app.current_user', tests.says('adam', 'administration'), true);

select results_eq(
  $$ select email, status, version::integer from identity.edit_user('bob', 1, email => 'bob@new.example') $$,
  $$ values ('bob@new.example', 'ACTIVE', 2) $$,
  'what is given changes, the rest stays, and the version counts');
select throws_ok($$ select identity.edit_user('bob', 1, email => 'x@example.com') $$, 'TB409', null,
  'a stale version is refused');
select throws_ok($$ select identity.edit_user('bob', null, email => 'x@example.com') $$, 'TB409', null, 'so is none');
select throws_ok($$ select identity.edit_user('nobody', 1) $$, 'TB404', null, 'an unknown user');
select throws_ok($$ select identity.edit_user('market', 1) $$, 'TB404', null, 'the market is none to edit');
select throws_ok($$ select identity.edit_user('bob', 2, email => 'alice@example.com') $$, 'TB422', null,
  'another''s e-mail');
select throws_ok('select identity.edit_user(''bob'', 2, ' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array['email => ''nonsense''', 'status => ''HAPPY''', 'password_hash => ''secret''']) as wrong (terms);

select throws_ok($$ select identity.edit_user('bob', 2, role => 'ADMIN') $$, 'TB403', null,
  'an ADMIN makes no administrators');
select throws_ok($$ select identity.edit_user('adam', 1, role => 'SUPERADMIN') $$, 'TB403', null,
  'least of all himself');
select throws_ok($$ select identity.edit_user('root', 1, status => 'SUSPENDED') $$, 'TB403', null, 'nor touches one');
select set_config('app.current_user', tests.says('root', 'administration'), true);
select throws_ok($$ select identity.edit_user('bob', 2, role => 'GOD') $$, 'TB400', null,
  'an unknown role is none, for a SUPERADMIN too');
select is((select role from identity.edit_user('bob', 2, role => 'ADMIN')), 'ADMIN', 'a SUPERADMIN does');
select is((select role from identity.edit_user('bob', 3, role => 'USER')), 'USER', 'and unmakes them');

select set_config('app.current_user', tests.says('adam', 'administration'), true);
select ok((select closed_at is not null from identity.edit_user('bob', 4, status => 'CLOSED')), 'closing is dated');
select throws_ok($$ select identity.edit_user('bob', 5, status => 'ACTIVE') $$, 'TB422', null, 'and for ever');

select set_config('app.current_user', tests.says('alice', 'administration'), true);
select throws_ok($$ select identity.edit_user('alice', 1, status => 'ACTIVE') $$, 'TB403', null,
  'a USER edits nobody, himself neither');
select throws_ok($$ select identity.list_users() $$, 'TB403', null, 'nor lists them');
select set_config('app.current_user', tests.says('adam', 'administration'), true);
select results_eq('select username, role, status, version from identity.list_users()',
  $$ values ('adam', 'ADMIN', 'ACTIVE', 1), ('alice', 'USER', 'ACTIVE', 1), ('bob', 'USER', 'CLOSED', 5), ('root', 'SUPERADMIN', 'ACTIVE', 1) $$,
  'an administrator lists all but the market');
select throws_ok('select password_hash from identity.list_users()', '42703', null, 'without their secrets');
select throws_ok('select * from identity.users', '42501', null, 'and reads no table');

reset role;
update identity.users set status = 'SUSPENDED' where username = 'adam';
set local role twinbook_admin;
select throws_ok($$ select identity.list_users() $$, 'TB403', null, 'a suspended administrator administers nothing');

select tests.act_as('alice', 'paper');
select throws_ok($$ select identity.edit_user('bob', 5) $$, '42501', null,
  'an application''s session has no such verb');
select throws_ok($$ select identity.list_users() $$, '42501', null, 'nor that one');
select throws_ok($$ select identity.require_administrator() $$, '42501', null, 'nor what is under them');

select tests.act_as_installer();
select finish();
rollback;
