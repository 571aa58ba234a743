-- I5: the data access log is told by sessions, each of its own user, read by auditors alone, and never changed.
begin;
select plan(45);

select tests.set_stage();

create function pg_temp.tell(kind text default 'select', mode text default 'paper', statement bytea default sha256('x'))
  returns bigint language sql as $$
  select shared_data.log_access(array[statement, sha256('y')], array[kind, 'copy'], array['paper_trading', 'shared_data,identity'], mode)
$$;
select tests.act_as('alice', 'paper');
select is(pg_temp.tell(), 2::bigint, 'a session tells what it ran');
select tests.act_as('bob', 'live');
select is(pg_temp.tell(mode => 'live'), 2::bigint, 'in either book');
select tests.act_as('', 'paper');
select is(pg_temp.tell(), 2::bigint, 'where nobody is set too');
select throws_ok(act, 'TB400', null, act)
from unnest(array['select pg_temp.tell(kind => ''Select 1'')', 'select pg_temp.tell(kind => null)', 'select pg_temp.tell(mode => ''both'')', 'select pg_temp.tell(statement => ''short'')',
                  'select pg_temp.tell(statement => null)', 'select shared_data.log_access(array[sha256(''x'')], ''{select}'', ''{}'')']) as act;
select is(shared_data.log_access(null, null, null), 0::bigint, 'nothing is nothing');

select tests.act_as('alice', 'paper');
select throws_ok(act, '42501', null, 'an application: ' || act)
from unnest(array['select from shared_data.data_access_log', 'select from shared_data.data_access_log_default', 'insert into shared_data.data_access_log (username) values (''alice'')',
                  'insert into shared_data.data_access_log_default (username) values (''alice'')', 'delete from shared_data.data_access_log', 'truncate shared_data.data_access_log_default',
                  'update shared_data.data_access_log set kind = ''x''']) as act;
select tests.act_as_installer();
create function pg_temp.telling_as(name text) returns text language plpgsql as $$
begin
  perform set_config('role', name, true);
  return is(pg_temp.tell(mode => null), 2::bigint, name || ' tells too');
end
$$;
select pg_temp.telling_as(name) from unnest(array['twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_auditor']) as name;
set local role twinbook_backup;
select throws_ok('select pg_temp.tell()', '42501', null, 'who runs no sessions tells nothing');

set local role twinbook_auditor;
select results_eq(
  $$ select username, number, mode, kind, schemas, actor = session_user, session_id = pg_backend_pid()::text, created_at = now() from shared_data.data_access_log where mode is not null order by username, number $$,
  $$ values ('', 1, 'paper', 'select', '{paper_trading}'::text[], true, true, true), ('', 2, 'paper', 'copy', '{shared_data,identity}', true, true, true),
            ('alice', 1, 'paper', 'select', '{paper_trading}', true, true, true), ('alice', 2, 'paper', 'copy', '{shared_data,identity}', true, true, true),
            ('bob', 1, 'live', 'select', '{paper_trading}', true, true, true), ('bob', 2, 'live', 'copy', '{shared_data,identity}', true, true, true) $$,
  'the auditor reads who ran what, where');
select throws_ok('update shared_data.data_access_log set kind = ''x''', '42501', null, 'and changes nothing');
select throws_ok('select from shared_data.data_access_log_default', '42501', null, 'but reads no partition past it');
set local role twinbook_engine;
select is((select count(distinct username) from shared_data.data_access_log), 3::bigint, 'the engine acts for all');
select isnt(tests.refusal(tests.row_like('shared_data.data_access_log', '{}')), '42501', 'and writes for all');
set local role twinbook_backup;
select is((select count(*) from shared_data.data_access_log), 14::bigint, 'the backup copies all');

set local role twinbook_owner;
select set_config('app.current_user', 'alice', true);
select is((select count(*) from shared_data.data_access_log), 2::bigint, 'under a verb there are one''s own rows');
select is(tests.refusal($$ insert into shared_data.data_access_log (username, number, schemas, kind, statement_sha256) values ('bob', 1, '{}', 'x', sha256('')) $$), '42501',
  'and none are told of others');
select is(tests.refusal($$ insert into shared_data.data_access_log (username, number, schemas, kind, statement_sha256) values ('alice', 1, '{}', 'x', sha256('')) $$), 'accepted', 'but of oneself');
select is(tests.refusal('truncate shared_data.data_access_log'), 'TB001 data_access_log', 'its own guard comes before its leaves''');
select throws_ok(act, 'TB001', null, act)
from unnest(array['update shared_data.data_access_log set kind = ''x''', 'delete from shared_data.data_access_log', 'truncate shared_data.data_access_log_default']) as act;

select tests.act_as_installer();
select throws_ok(act, 'TB001', null, 'a partition too: ' || act)
from unnest(array['update shared_data.data_access_log_default set kind = ''x''', 'delete from shared_data.data_access_log_default']) as act;
select is(tests.refusal(tests.row_like('shared_data.data_access_log', change)), law, law)
from (values ('{"access_id": "00000000-0000-7000-8000-000000000001", "mode": "both"}'::jsonb, '23514 data_access_log_mode_is_known'),
             ('{"access_id": "00000000-0000-7000-8000-000000000001", "kind": "A word"}', '23514 data_access_log_kind_is_a_word'),
             ('{"access_id": "00000000-0000-7000-8000-000000000001", "statement_sha256": "\\x00"}', '23514 data_access_log_statement_is_hashed'),
             ('{}', '23505 data_access_log_default_pkey'),
             ('{"access_id": "00000000-0000-7000-8000-000000000001"}', 'accepted')) as tried (change, law);

-- A month's partition is closed as its parent is.
select shared_data.add_month((now() + interval '2 months')::date) is not null;
select is((select count(*) from pg_inherits where inhparent = 'shared_data.data_access_log'::regclass), 2::bigint, 'months are made with the others''');
select is_empty($$ select c.oid::regclass from pg_inherits as i join pg_class as c on c.oid = i.inhrelid, aclexplode(c.relacl) as a
                   where i.inhparent = 'shared_data.data_access_log'::regclass and (not (c.relrowsecurity and c.relforcerowsecurity) or a.grantee not in (c.relowner, 'twinbook_backup'::regrole)) $$,
  'each leaf forces row level security, and is for the backup alone');
select is((select relrowsecurity and relforcerowsecurity from pg_class where oid = 'shared_data.data_access_log'::regclass), true, 'as its parent does');

select finish();
rollback;
