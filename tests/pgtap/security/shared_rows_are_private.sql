-- What both books share: one's own users, settings, limits, modes and accounts at brokers; the market's feeds and quotes
-- for all, one's own for oneself; reference data for all. Each policy is tried through each role that it speaks of.
begin;
select plan(358);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
insert into identity.risk_limits (username, currency) values ('alice', 'USD'), ('bob', 'USD');
insert into identity.broker_accounts (username, broker, account, environment, credentials) values ('alice', 'alpaca', '1', 'sandbox', 'gAAAAAx'), ('bob', 'alpaca', '1', 'sandbox', 'gAAAAAx');
insert into shared_data.feeds (username, name) values ('alice', 'own'), ('bob', 'own');
insert into shared_data.quotes (username, feed, symbol, number, bid, quoted_at)
values ('alice', 'own', 'AAPL', 1, 1, now()), ('bob', 'own', 'AAPL', 1, 1, now());
insert into shared_data.corporate_actions (username, feed, number, kind, symbol, new_symbol, quote_number, effective_at)
values ('alice', 'own', 1, 'symbol_change', 'AAPL', 'MSFT', 1, now()), ('bob', 'own', 1, 'symbol_change', 'AAPL', 'MSFT', 1, now()), ('market', 'tape', 1, 'symbol_change', 'AAPL', 'MSFT', 1, now());
insert into shared_data.market_data (username, feed, number, kind, symbol, bid, quoted_at, feed_time)
values ('alice', 'own', 1, 'quote', 'AAPL', 1, now(), now()), ('bob', 'own', 1, 'quote', 'AAPL', 1, now(), now());

create temporary table tenants (name regclass, is_shared boolean);
insert into tenants
values ('identity.users', false), ('identity.settings', false), ('identity.risk_limits', false), ('identity.modes', false),
       ('identity.broker_accounts', false),
       ('shared_data.feeds', true), ('shared_data.quotes', true), ('shared_data.market_data', true),
       ('shared_data.corporate_actions', true);
grant select on tenants to public;

create function pg_temp.rows_of(relation regclass, person text default null) returns bigint language plpgsql as $$
declare
  rows bigint;
begin
  execute format('select count(*) from %s where %L is null or username = %L', relation, person, person) into rows;
  return rows;
end
$$;

create temporary table truth as
select name, is_shared, pg_temp.rows_of(name, 'alice') as hers, pg_temp.rows_of(name, 'market') as shared,
       pg_temp.rows_of(name) as all_rows
from tenants;
grant select on truth to public;
select is_empty('select name from truth where hers = 0 or (is_shared and shared = 0)',
  'the stage has rows of everybody''s');

select is_empty(
  $$ select c.oid::regclass from pg_class as c
     where c.relnamespace in ('identity'::regnamespace, 'shared_data'::regnamespace) and c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_attribute where attrelid = c.oid and attname = 'username')
     except select name from tenants except select 'shared_data.data_access_log'::regclass $$,
  'no table with a username is forgotten here, but the data access log, which no user reads');
select is_empty('select name from tenants join pg_class on oid = name where not (relrowsecurity and relforcerowsecurity)',
  'T-07-09 row level security is on and forced');

create function pg_temp.reading_as(reader text) returns setof text language plpgsql as $$
begin
  perform set_config('role', reader, true), set_config('app.current_user', tests.says('alice', 'paper'), true);
  return query select is(pg_temp.rows_of(name), hers + case when is_shared then shared else 0 end,
                         format('T-07-01 %s sees alice''s, and what is shared: %s', reader, name)) from truth;
  return query select is(pg_temp.rows_of(name, 'bob'), 0::bigint, format('T-07-02 %s sees nothing of bob''s: %s', reader, name)) from truth;
  perform set_config('app.current_user', '', true);
  return query select is(pg_temp.rows_of(name), case when is_shared then shared else 0 end,
                         format('T-07-07 no user, no rows but the shared, for %s: %s', reader, name)) from truth;
end
$$;
select pg_temp.reading_as(reader) from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_owner']) as reader;

select set_config('role', 'twinbook_market_data', true), set_config('app.current_user', '', true);
select is(pg_temp.rows_of(name), shared, 'market data''s role sees what is shared: ' || name) from truth where is_shared;
select throws_ok(format('select from %s', name), '42501', null, 'and no people: ' || name) from truth where not is_shared;

select set_config('role', 'twinbook_engine', true);
select is(pg_temp.rows_of(name), all_rows, 'the engine acts for all: ' || name) from truth;
select isnt(tests.refusal(tests.row_like(name, '{}')), '42501', 'and writes for all: ' || name) from truth;
select set_config('role', 'twinbook_auditor', true);
select is(pg_temp.rows_of(name), all_rows, 'the auditor reads all: ' || name) from truth;
select throws_ok(format('update %s set username = username', name), '42501', null, 'and changes nothing: ' || name) from truth;
select set_config('role', 'twinbook_backup', true);
select is(pg_temp.rows_of(name), all_rows, 'the backup reads all: ' || name) from truth;

-- An application writes nothing here, whatever it is.
select set_config('role', 'none', true), set_config('app.current_user', '', true);
create function pg_temp.writing_as(writer text) returns setof text language plpgsql as $$
begin
  perform set_config('role', writer, true), set_config('app.current_user', tests.says('alice', 'paper'), true);
  return query select throws_ok(format(act, name), '42501', null, format('%s writes nothing: %s', writer, format(act, name)))
               from truth, unnest(array['insert into %s default values', 'update %s set username = username', 'delete from %s', 'truncate %s']) as act;
end
$$;
select pg_temp.writing_as(writer)
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin']) as writer;

-- The owner, under a user's verb, writes that user's rows and no others: shown without the guards.
select set_config('role', 'none', true), set_config('app.current_user', '', true);
do $$
declare t record;
begin
  for t in select * from tenants loop
    execute format('alter table %s disable trigger user', t.name);
  end loop;
end
$$;
select set_config('role', 'twinbook_owner', true), set_config('app.current_user', tests.says('alice', 'paper'), true);
select is(tests.reach(format('update %s set username = username', name)), hers, 'T-07-04 the owner changes the user''s own rows: ' || name) from truth;
select is(tests.refusal(format('update %s set username = ''bob''', name)), '42501', 'and gives none away: ' || name) from truth;
select is(tests.refusal(format('insert into %s select * from jsonb_populate_record(null::%1$s, ''{"username": "bob"}'')', name)), '42501',
          'T-07-03 nor adds another''s: ' || name) from truth;
select isnt(tests.refusal(tests.row_like(name, '{"username": "alice"}')), '42501', 'the user''s own it adds: ' || name) from truth;
select is(tests.reach(format('delete from %s', name)), 0::bigint, 'nothing shared is deleted: ' || name) from truth where is_shared;

select set_config('role', 'none', true), set_config('app.current_user', '', true);
select finish();
rollback;
