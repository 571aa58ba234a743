-- The seeds' T-07: alice against bob on every table of a book, as an application, as a role that may write, and as those who
-- act for all. Each policy is tried through each role that it speaks of.
begin;
select plan(case book() when 'paper' then 487 else 543 end);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select tests.open(person), tests.open(person, 'side') from unnest(array['alice', 'bob']) as person;
select tests.trade(person, 'AAPL', 'buy', 10, 100, fee => 1) is not null from unnest(array['alice', 'bob']) as person;
select tests.pending('alice', 'AAPL', 'buy', n) is not null from generate_series(1, 4) as n;
-- One of each person's orders is told to be open, and so holds something.
select tests.told_open(person, tests.pending(person, 'AAPL', 'buy', 1)) from unnest(array['alice', 'bob']) as person;
select shared_data.take_snapshots();
insert into position_adjustments select username, portfolio_id, 1, symbol, strategy, trade_id, 0, 0, 0, 0, now() from trades;
insert into alarms (username, portfolio_id, kind, severity) select username, portfolio_id, 'odd', 'LOW' from portfolios;
insert into unmatched select username, portfolio_id, 'AAPL', 1, 'placed', feed_owner, feed from portfolios;

-- In the live book, what its venue keeps.
do $$ begin
  if book() = 'live' then
    insert into identity.broker_accounts (username, broker, account, environment, credentials) select unnest(array['alice', 'bob']), 'tradier', 'VA1', 'sandbox', 'gAAAAAx';
    insert into order_outbox (username, portfolio_id, order_id, broker, account, side, effect, order_type, time_in_force, quantity)
    select distinct on (username) username, portfolio_id, order_id, 'tradier', 'VA1', side, 'open', 'market', 'GTC', 1 from orders order by username, order_number;
    insert into reconciliation_differences (username, portfolio_id, kind, key, in_book, at_broker, severity)
    select username, portfolio_id, 'cash', 'USD', 1, 2, 'LOW' from portfolios where name = 'main';
  end if;
end $$;

create temporary table tenants as
select c.oid::regclass as name, c.relname::text as bare from pg_class as c
where c.relnamespace = (book() || '_trading')::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname !~ '_transitions$';
create temporary table views as
select c.oid::regclass as name from pg_class as c
where c.relnamespace = (book() || '_trading')::regnamespace and c.relkind = 'v';
grant select on tenants, views to public;

create function pg_temp.rows_of(relation regclass, person text default null) returns bigint language plpgsql as $$
declare
  rows bigint;
begin
  execute format('select count(*) from %s where %L is null or username = %L', relation, person, person) into rows;
  return rows;
end
$$;

-- What is there, as the installer sees it.
create temporary table truth as
select name, bare, pg_temp.rows_of(name, 'alice') as hers, pg_temp.rows_of(name, 'bob') as his from tenants;
grant select on truth to public;
select is_empty('select name from truth where hers = 0 or his = 0', 'the stage has rows of both on every table');

select is(count(*), 0::bigint, 'T-07-09 row level security is on and forced on every table')
from tenants join pg_class on oid = name where not (relrowsecurity and relforcerowsecurity);
select is_empty(
  $$ select bare from tenants where (select count(*) from pg_policy where polrelid = name) <> 3 $$,
  'T-07-10 every table has its policies: its user''s, the engine''s, the auditor''s');

-- As an application.
select tests.act_as('alice', book());
select is(pg_temp.rows_of(name), hers, 'T-07-01 alice sees all of her own, and only them: ' || bare) from truth;
select is(pg_temp.rows_of(name, 'bob'), 0::bigint, 'alice sees nothing of bob''s: ' || name) from views;
select ok(pg_temp.rows_of(name, 'alice') > 0, 'but her own: ' || name) from views where name <> 'departures'::regclass;

select tests.act_as('bob', book());
select is(pg_temp.rows_of(name), his, 'T-07-02 bob sees none of alice''s: ' || bare) from truth;
select is(pg_temp.rows_of(name, 'alice'), 0::bigint, 'T-07-02 nor through a view: ' || name) from views;
select throws_ok(format('insert into %s default values', name), '42501', null, 'T-07-03 bob inserts nothing: ' || bare) from truth;
select throws_ok(format('update %s set username = username', name), '42501', null, 'T-07-04 bob updates nothing: ' || bare) from truth;
select throws_ok(format('delete from %s', name), '42501', null, 'T-07-05 bob deletes nothing: ' || bare) from truth;
select throws_ok(format('truncate %s', name), '42501', null, 'nor truncates: ' || bare) from truth;
select throws_ok(format('lock table %s in exclusive mode', name), '42501', null, 'nor locks: ' || bare) from truth;
select throws_ok(format('alter table %s no force row level security', name), '42501', null, 'nor opens: ' || bare) from truth;

select tests.act_as('', book());
select is(pg_temp.rows_of(name), 0::bigint, 'T-07-07 no user set, no rows: ' || bare) from truth;
select is(pg_temp.rows_of(name), 0::bigint, 'T-07-07 nor through a view: ' || name) from views;
select tests.act_as('ALICE', book());
select is(pg_temp.rows_of(name), 0::bigint, 'another spelling is another user: ' || bare) from truth;

-- As a role that was granted the writes: the policies alone hold, guards aside.
select tests.act_as_installer();
do $$
declare t record;
begin
  for t in select * from tenants loop
    execute format('grant insert, update, delete on %s to twinbook_%s', t.name, book());
    execute format('alter table %s disable trigger user', t.name);
  end loop;
end
$$;
select tests.act_as('bob', book());
select is(tests.refusal(tests.row_like(name, jsonb_build_object('username', 'alice'))), '42501',
          'T-07-03 with the right to insert, no row of alice''s: ' || bare) from truth;
select is(tests.reach(format('update %s set username = username where username = ''alice''', name)), 0::bigint,
          'T-07-04 with the right to update, zero of alice''s rows: ' || bare) from truth;
select is(tests.reach(format('delete from %s where username = ''alice''', name)), 0::bigint,
          'T-07-05 with the right to delete, zero of alice''s rows: ' || bare) from truth;
select is(tests.reach(format('update %s set username = username', name)), his, 'T-07-04 his own he reaches: ' || bare) from truth;
select is(tests.refusal(format('update %s set username = ''alice''', name)), '42501', 'T-07-04 nor can he give his rows away: ' || bare) from truth;
select tests.act_as('', book());
select is(tests.reach(format('update %s set username = username', name)), 0::bigint, 'T-07-07 nobody reaches none: ' || bare) from truth;

select tests.act_as_installer();
select is(pg_temp.rows_of(name, 'alice'), hers, 'T-07-06 alice''s data survived: ' || bare) from truth;

-- As those who own and act: force binds the owner, and the engine and the auditor have their own policies.
select set_config('app.current_user', tests.says('alice', book()), true), set_config('role', 'twinbook_owner', true);
select is(pg_temp.rows_of(name), hers, 'the owner acts for the user who is set: ' || bare) from truth;
select is(tests.refusal(tests.row_like(name, jsonb_build_object('username', 'bob'))), '42501', 'and writes for no other: ' || bare) from truth;
select set_config('app.current_user', '', true);
select is(pg_temp.rows_of(name), 0::bigint, 'and sees nothing where none is set: ' || bare) from truth;

select set_config('role', 'twinbook_engine', true);
select is(pg_temp.rows_of(name), hers + his, 'the engine acts for all: ' || bare) from truth;
select isnt(tests.refusal(tests.row_like(name, '{}')), '42501', 'and writes for all: ' || bare) from truth;
select throws_ok(format('truncate %s', name), '42501', null, 'but empties nothing: ' || bare) from truth;
select throws_ok(format('delete from %s', name), '42501', null, 'nor deletes: ' || bare) from truth where bare <> 'unmatched' and bare !~ '_snapshots$';

select set_config('role', 'twinbook_auditor', true);
select is(pg_temp.rows_of(name), hers + his, 'the auditor reads all: ' || bare) from truth;
select ok(pg_temp.rows_of(name, 'alice') > 0 and pg_temp.rows_of(name, 'bob') > 0, 'views too: ' || name) from views where name <> 'departures'::regclass;
select throws_ok(format('update %s set username = username', name), '42501', null, 'and changes nothing: ' || bare) from truth;

select set_config('role', 'twinbook_backup', true);
select is(pg_temp.rows_of(name), hers + his, 'the backup reads all: ' || bare) from truth;
select throws_ok(format('update %s set username = username', name), '42501', null, 'and changes nothing: ' || bare) from truth;

select set_config('role', 'none', true);
select finish();
rollback;
