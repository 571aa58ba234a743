-- I4: what was tried is stored, rises with repetition, is private, and is never changed but to be acknowledged, once.
begin;
select plan(54);

select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN') is not null;

-- A crossing that an application reports.
create function pg_temp.report(book text default 'paper') returns uuid language sql as $$
  select oversight.report_crossing(book, sha256('select * from live_trading.orders'))
$$;
select tests.act_as('alice', 'paper');
select isnt(pg_temp.report(), null, 'an application reports a crossing of its own');
select throws_ok($$ select oversight.report_crossing('both', sha256('x')) $$, 'TB400', null, 'from a book that there is');
select throws_ok($$ select oversight.report_crossing(null, sha256('x')) $$, 'TB400', null, 'and is said');
select throws_ok($$ select oversight.report_crossing('paper', 'x') $$, 'TB400', null, 'of a statement''s sha256');
select throws_ok($$ select oversight.report_crossing('paper', null) $$, 'TB400', null, 'and not of none');
select throws_ok($$ select oversight.raise_security_event('bob', 'paper', 'crossing', '{}') $$, '42501', null,
  'nothing else can be raised by it, and for nobody else');
select throws_ok($$ select * from oversight.security_events $$, '42501', null, 'a user sees no events, not his own');
select throws_ok($$ select oversight.list_security_events() $$, '42501', null, 'nor lists them');
select throws_ok($$ insert into oversight.security_events (username, kind, severity) values ('alice', 'x', 'LOW') $$, '42501', null,
  'nor makes them');
select tests.act_as('', 'live');
select isnt(pg_temp.report('live'), null, 'nobody''s crossing is one too');

set local role twinbook_auditor;
select results_eq(
  $$ select username, book, kind::text, severity, details ->> 'statement_sha256' = encode(sha256('select * from live_trading.orders'), 'hex'), actor = session_user, session_id = pg_backend_pid()::text, acknowledged_at is null
     from oversight.security_events order by username $$,
  $$ values ('', 'live', 'crossing', 'MEDIUM', true, true, true, true), ('alice', 'paper', 'crossing', 'MEDIUM', true, true, true, true) $$,
  'the auditor sees who, where, what and by which login');
select throws_ok($$ update oversight.security_events set acknowledgement = 'x' $$, '42501', null, 'and changes nothing');

-- Severity rises with repetition within the hour.
select tests.act_as_installer();
set local role twinbook_engine;
do $$ begin for n in 1..11 loop perform oversight.raise_security_event('bob', null, 'odd', '{"a": "b"}'); end loop; end $$;
select results_eq($$ select severity from oversight.security_events where (username, kind) = ('bob', 'odd') order by occurred_at $$,
  array['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH', 'HIGH', 'HIGH', 'HIGH', 'CRITICAL', 'CRITICAL'], 'severity rises with each repetition');
select is(oversight.severity_of(kind, times), severity, concat_ws(' ', kind, times))
from (values ('crossing', 1, 'MEDIUM'), ('crossing', 3, 'MEDIUM'), ('crossing', 4, 'HIGH'), ('crossing', 10, 'CRITICAL'), ('other', 1, 'LOW'), ('other', 2, 'MEDIUM'), ('other', 9, 'HIGH')) as t (kind, times, severity);
select oversight.raise_security_event('bob', null, 'another', null) is not null;
select results_eq($$ select severity, details::jsonb from oversight.security_events where kind = 'another' $$, $$ values ('LOW', '{}'::jsonb) $$,
  'another kind begins anew');
select oversight.raise_security_event('alice', null, 'odd', '{}') is not null;
select results_eq($$ select severity from oversight.security_events where (username, kind) = ('alice', 'odd') $$, array['LOW'], 'and another user');
select tests.act_as_installer();
insert into oversight.security_events (username, kind, severity, occurred_at)
select 'alice', 'old', 'LOW', clock_timestamp() - interval '61 minutes' from generate_series(1, 20);
set local role twinbook_engine;
select oversight.raise_security_event('alice', null, 'old', '{}') is not null;
select results_eq($$ select severity from oversight.security_events where kind = 'old' order by occurred_at desc limit 1 $$, array['LOW'], 'after an hour it begins anew');

-- The owner, under a user's verb, takes events of that user alone.
set local role twinbook_owner;
select set_config('app.current_user', 'alice', true);
select throws_ok($$ select oversight.raise_security_event('bob', 'paper', 'x', '{}') $$, '42501', null, 'alice''s verb raises nothing for bob');
select lives_ok($$ select oversight.raise_security_event('alice', 'paper', 'x', '{}') $$, 'but for her');
select is((select count(*) from oversight.security_events where username <> 'alice'), 0::bigint, 'it counts hers alone');
select throws_ok(change, 'TB001', null, change)
from unnest(array['update oversight.security_events set severity = ''LOW'', kind = ''y''', 'update oversight.security_events set details = ''{"a": "1"}''', 'delete from oversight.security_events',
                  'truncate oversight.security_events']) as change;

-- An administrator acknowledges.
select set_config('app.current_user', '', true);
set local role twinbook_admin;
select set_config('tests.event', event_id::text, true) from oversight.list_security_events() where username = 'bob' and kind = 'another';
select is((select count(*) from oversight.list_security_events()), 37::bigint, 'an administrator lists what is open');
select throws_ok($$ select oversight.acknowledge_security_event(current_setting('tests.event')::uuid, ' ') $$, 'TB400', null, 'something is said');
select throws_ok($$ select oversight.acknowledge_security_event(current_setting('tests.event')::uuid, null) $$, 'TB400', null, 'and not nothing');
select throws_ok($$ select oversight.acknowledge_security_event(gen_random_uuid(), 'x') $$, 'TB404', null, 'of an event that there is');
select throws_ok($$ select oversight.acknowledge_security_event(null, 'x') $$, 'TB404', null, 'and is named');
select set_config('app.current_user', 'alice', true);
select throws_ok($$ select oversight.acknowledge_security_event(current_setting('tests.event')::uuid, 'x') $$, 'TB403', null, 'a USER may not, even there');
select throws_ok($$ select oversight.list_security_events() $$, 'TB403', null, 'nor list');
select set_config('app.current_user', 'adam', true);
select is((select acknowledgement from oversight.acknowledge_security_event(current_setting('tests.event')::uuid, ' a test ')), 'a test',
  'an administrator acknowledges');
select throws_ok($$ select oversight.acknowledge_security_event(current_setting('tests.event')::uuid, 'again') $$, 'TB422', null, 'once');
select is((select count(*) from oversight.list_security_events()), 36::bigint, 'then it is no longer open');
select results_eq($$ select acknowledged_by, acknowledged_at = now() from oversight.list_security_events(even_acknowledged => true) where acknowledgement is not null $$,
  $$ values ('adam', true) $$, 'but is still there, with his name');

select tests.act_as_installer();
select results_eq($$ select username, actor, details from oversight.audit_log where operation = 'security_event_acknowledged' $$,
  $$ values ('bob', 'adam', jsonb_build_object('event_id', current_setting('tests.event'), 'finding', 'a test')) $$, 'it is an act of his, in the log of whom it concerns');

-- The laws of the table, where even the owner writes by hand.
select tests.act_as_installer();
select throws_ok($$ update oversight.security_events set acknowledgement = 'other' where acknowledged_at is not null $$, 'TB001', null, 'an acknowledgement stands');
select is(tests.refusal(tests.row_like('oversight.security_events', change)), law, law)
from (values ('{"event_id": "00000000-0000-7000-8000-000000000001", "book": "both"}'::jsonb, '23514 security_events_book_is_known'),
             ('{"event_id": "00000000-0000-7000-8000-000000000001", "severity": "DIRE"}', '23514 security_events_severity_is_known'),
             ('{"event_id": "00000000-0000-7000-8000-000000000001", "acknowledgement": "x", "acknowledged_by": null}', '23514 security_events_are_acknowledged_whole'),
             ('{"event_id": "00000000-0000-7000-8000-000000000001", "details": []}', '23514 json_object_is_one'),
             ('{"event_id": "00000000-0000-7000-8000-000000000001", "kind": " "}', '23514 label_is_short'),
             ('{}', '23505 security_events_pkey'),
             ('{"event_id": "00000000-0000-7000-8000-000000000001"}', 'accepted')) as tried (change, law);

-- Each policy, by the role that it speaks of.
set local role twinbook_engine;
select is((select count(distinct username) from oversight.security_events), 3::bigint, 'the engine sees everybody''s');
select throws_ok('delete from oversight.security_events', '42501', null, 'and removes none');
set local role twinbook_backup;
select is((select count(distinct username) from oversight.security_events), 3::bigint, 'the backup copies everybody''s');
reset role;
select is((select relrowsecurity and relforcerowsecurity from pg_class where oid = 'oversight.security_events'::regclass), true,
  'row level security is on and forced');

select finish();
rollback;
