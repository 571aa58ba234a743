-- An alarm is raised in a portfolio, is an event of it, and is acknowledged by its user, once.
begin;
select plan(19);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select set_config('tests.order', tests.pending('alice', 'AAPL', 'buy', 10), true);

create function pg_temp.alarm(person text, severity text, order_id text default null) returns void language sql as $$
  select raise_alarm(p.username, p.portfolio_id, 'odd_thing', alarm.severity, '{"seen": "1"}', alarm.order_id) from portfolios as p where p.username = person
$$;
select pg_temp.alarm('alice', 'HIGH', current_setting('tests.order'));
select pg_temp.alarm('bob', 'LOW');

select results_eq($$ select username, kind, severity, order_id = current_setting('tests.order'), details::jsonb, acknowledged_at is null from alarms order by username $$,
  $$ values ('alice', 'odd_thing', 'HIGH', true, '{"seen": "1"}'::jsonb, true), ('bob', 'odd_thing', 'LOW', null::boolean, '{"seen": "1"}', true) $$,
  'alarms say whose, what, how bad, and of which order');
select results_eq($$ select actor, details - 'alarm_id' from audit_log where operation = 'alarm_raised' and username = 'alice' $$,
  $$ select 'venue', jsonb_build_object('kind', 'odd_thing', 'severity', 'HIGH', 'seen', '1', 'order_id', current_setting('tests.order')) $$, 'each is an event');
select is_empty('select * from verify() where not chain_intact', 'of the portfolio''s chain');

select tests.act_as('alice', book());
select throws_ok($$ select raise_alarm('alice', null, 'x', 'LOW') $$, '42501', null, 'nobody raises one by hand');
select results_eq('select username from alarms', array['alice'], 'she sees her own');
select set_config('tests.hers', alarm_id::text, true) from alarms;
select results_eq($$ select acknowledged_by, acknowledged_at = now(), kind from acknowledge_alarm(current_setting('tests.hers')::uuid) $$,
  $$ values ('alice', true, 'odd_thing') $$, 'and acknowledges it');
select throws_ok($$ select acknowledge_alarm(current_setting('tests.hers')::uuid) $$, 'TB422', null, 'once');
select throws_ok($$ select acknowledge_alarm(gen_random_uuid()) $$, 'TB404', null, 'one that there is');
select throws_ok($$ select acknowledge_alarm(null) $$, 'TB404', null, 'and that is named');
select is((select count(*) from alarms where acknowledged_at is null), 0::bigint, 'nothing of hers is open');

select tests.act_as('bob', book());
select throws_ok($$ select acknowledge_alarm(current_setting('tests.hers')::uuid) $$, 'TB404', null, 'bob can''t reach hers');
select tests.act_as('', book());
select throws_ok($$ select acknowledge_alarm(current_setting('tests.hers')::uuid) $$, 'TB401', null, 'nor can nobody');

select tests.act_as_installer();
update identity.users set status = 'SUSPENDED' where username = 'bob';
select set_config('tests.his', alarm_id::text, true) from alarms where username = 'bob';
select tests.act_as('bob', book());
select is((select acknowledged_by from acknowledge_alarm(current_setting('tests.his')::uuid)), 'bob', 'who is suspended may still see to his own');

select tests.act_as_installer();
select throws_ok($$ select pg_temp.alarm('alice', 'DIRE') $$, '23514', null, 'severities are four words');
select is(has_function_privilege(role, 'raise_alarm(text, uuid, text, text, jsonb, text)', 'EXECUTE'), false, 'none raises past the rules: ' || role)
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_broker', 'twinbook_admin', 'twinbook_market_data']) as role;
select finish();
rollback;
