-- T2: an administrator's yes to a user's live trading, and its withdrawal. Nobody says yes to himself.
begin;
select plan(16);

select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN') is not null, identity.register_user('eve', role => 'SUPERADMIN') is not null;
select is((select bool_or(is_live_allowed) from identity.modes), false, 'nobody begins with it');

select set_config('app.current_user', 'adam', true), set_config('role', 'twinbook_admin', true);
select results_eq($$ select username, is_live_allowed, active_mode from identity.allow_live_trading('alice', true) $$, $$ values ('alice', true, 'paper') $$,
  'an administrator says yes, and switches nobody');
select throws_ok($$ select identity.allow_live_trading('adam', true) $$, 'TB403', null, 'not to himself');
select lives_ok($$ select identity.allow_live_trading('adam', false) $$, 'no he may say');
select is((select is_live_allowed from identity.allow_live_trading('eve', true)), true, 'another says yes to an administrator');
select throws_ok($$ select identity.allow_live_trading('nobody', true) $$, 'TB404', null, 'to a user that there is');
select throws_ok($$ select identity.allow_live_trading(null, true) $$, 'TB404', null, 'and is named');
select throws_ok($$ select identity.allow_live_trading('bob', null) $$, 'TB400', null, 'yes or no');
select set_config('app.current_user', 'bob', true);
select throws_ok($$ select identity.allow_live_trading('bob', true) $$, 'TB403', null, 'a USER says it to nobody');
select tests.act_as('bob', 'live');
select throws_ok($$ select identity.allow_live_trading('bob', true) $$, '42501', null, 'nor does a trader''s login');
select throws_ok($$ update identity.modes set is_live_allowed = true $$, '42501', null, 'nor past the verb');
select tests.act_as('adam', 'live');
select throws_ok($$ select identity.allow_live_trading('bob', true) $$, '42501', null, 'an administrator who trades says it by the administrators'' login');

select set_config('app.current_user', '', true), set_config('role', 'twinbook_admin', true);
select is((select is_live_allowed from identity.allow_live_trading('alice', false)), false, 'it is withdrawn');
select tests.act_as_installer();
select is((select bool_or(is_live_allowed) from identity.modes where username in ('alice', 'bob', 'adam')), false, 'then it is no more');
select results_eq($$ select username, actor, details from oversight.audit_log where operation = 'live_trading_allowed' order by occurred_at $$,
  $$ values ('alice', 'adam', '{"by": "adam", "is_allowed": true}'::jsonb), ('adam', 'adam', '{"by": "adam", "is_allowed": false}'), ('eve', 'adam', '{"by": "adam", "is_allowed": true}'),
            ('alice', session_user::text collate "default", jsonb_build_object('by', session_user, 'is_allowed', false)) $$, 'each is in its user''s log, with who said it');
select is_empty($$ select * from oversight.audit_log where operation = 'live_trading_allowed' and username = 'bob' $$, 'what was refused isn''t');
select finish();
rollback;
