-- What can leak, tried as alice against bob: hostile names, COPY, oracles, error messages, prepared statements.
begin;
select plan(51);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select tests.open(person) from unnest(array['alice', 'bob']) as person;
select tests.trade('bob', 'AAPL', 'buy', 777, 12.34, strategy => 'bobs-secret') is not null, tests.trade('alice', 'MSFT', 'buy', 1, 10) is not null;
select set_config('tests.his_trade', max(trade_id) filter (where username = 'bob'), true), set_config('tests.her_trade', max(trade_id) filter (where username = 'alice'), true)
from trades;
select set_config('tests.his', tests.pending('bob', 'AAPL', 'buy', 777, 43.21, strategy => 'bobs-secret'), true), set_config('tests.hers', tests.pending('alice', 'AAPL', 'buy', 1), true);

-- Hostile names: functions and tables in front of ours, in a schema and in pg_temp.
create schema evil;
grant usage on schema evil to public;
create table evil.orders as select * from orders;
create table evil.portfolios as select * from portfolios;
create table evil.users as select 'eve' as username, 'ACTIVE' as status;
create table evil.stolen (what text);
grant all on all tables in schema evil to public;
create function evil.plain(value numeric) returns text language plpgsql as $$ begin insert into evil.stolen values (current_user); return value::text; end $$;
create function evil.book() returns text language plpgsql as $$ begin insert into evil.stolen values (current_user); return 'paper'; end $$;
create function evil.lock_portfolio(portfolio text) returns portfolios language plpgsql as $$ begin insert into evil.stolen values (current_user); return null; end $$;
create function evil.now() returns timestamptz language plpgsql as $$ begin insert into evil.stolen values (current_user); return '2000-01-01'; end $$;
create function evil.sum_of(numeric, numeric) returns numeric language plpgsql as $$ begin insert into evil.stolen values (current_user); return 0; end $$;
create operator evil.+ (function = evil.sum_of, leftarg = numeric, rightarg = numeric);
do $$ begin execute format('grant temporary on database %I to twinbook_%s', current_database(), book()); end $$;
select set_config('tests.path', current_setting('search_path'), true), set_config('tests.book', book() || '_trading', true);

select tests.act_as('alice', book());
create temporary table orders (username text);
create temporary table portfolios (username text, name text);
create temporary table users (username text, status text);
create function pg_temp.plain(value numeric) returns text language sql as $$ select 'mine'::text $$;
select set_config('search_path', 'pg_temp, evil, ' || current_setting('tests.path'), true);
create function pg_temp.verb(statement text) returns text language plpgsql as $$
declare
  answer text;
begin
  execute format(statement, current_setting('tests.book')) into answer;
  return answer;
end
$$;
select is(pg_temp.verb('select username from %I.place_order(''AAPL'', ''buy'', 1)'), 'alice',
  'a verb finds its own tables, whatever stands in front of them');
select is(pg_temp.verb('select count(*) from %I.cancel_all()'), '1', 'so does the next');
select is(pg_temp.verb('select version from %I.edit_portfolio(''main'', 1, slippage_percent => 0.2)'), '2',
  'and an edit');
select is(pg_temp.verb('select chain_intact from %I.verify_portfolios()'), 'true', 'and verifying');
select is(pg_temp.verb('select count(*) from %I.open_positions where username <> ''alice'''), '0',
  'views were bound when they were made');
select is((select count(*) from evil.stolen), 0::bigint, 'no function of hers ran with another''s rights');
select is((select count(*) from pg_temp.orders), 0::bigint, 'and no row of ours went into a table of hers');
select is(pg_temp.verb('select count(*) from %I.orders where username <> ''alice'''), '0',
  'bob''s rows are not among them');
select set_config('search_path', current_setting('tests.path'), true);

-- Leaky operators: row level security is asked before what could tell.
select lives_ok(format($$ select * from %I.orders where 1 / (case when strategy = 'bobs-secret' then 0 else 1 end) = 1 $$, current_setting('tests.book')),
  'a division tells nothing of bob''s rows');
select lives_ok(format($$ select * from %I.orders where (case when username = 'bob' then 'x' else '1' end)::integer = 1 $$, current_setting('tests.book')),
  'nor does a cast');

-- Messages never carry another user's values.
create function pg_temp.said(statement text) returns text language plpgsql as $$
declare
  a text; b text; c text; d text;
begin
  execute format(statement, current_setting('tests.book'));
  return '';
exception
  when others then
    get stacked diagnostics a = message_text, b = pg_exception_detail, c = pg_exception_hint, d = pg_exception_context;
    return concat_ws(' ', a, b, c, case when statement !~ '^select %I' then d end);
end
$$;
select is(pg_temp.said(act) ~ 'bobs-secret|\m777\M|12\.34|43\.21|bob@|bobs', false, 'says nothing of his: ' || act)
from unnest(array['select %I.cancel_order(current_setting(''tests.his''))', 'select %I.replace_order(current_setting(''tests.his''), 1, quantity => 5)',
                  'select %I.cancel_order(current_setting(''tests.his''), 7)', 'select %I.place_order(''AAPL'', ''sell'', 777)', 'select %I.open_portfolio(''main'')',
                  'select %I.close_portfolio(''his'')', 'update %I.orders set quantity = 1', 'insert into %I.orders select * from %1$I.orders',
                  'select strategy::integer from %I.orders', 'select (strategy || username)::integer from %I.positions', 'select details::text::integer from %I.audit_log where username = ''bob''']) as tried (act);
select is(pg_temp.said('select %I.cancel_order(current_setting(''tests.his''))'), replace(pg_temp.said('select %I.cancel_order(''nothing'')'), 'nothing', current_setting('tests.his')),
          'his order and no order sound the same');

-- Oracles: with the right to write, a unique or foreign key tells nothing of his.
select tests.act_as_installer();
drop table pg_temp.orders, pg_temp.portfolios;
do $$ begin execute format('grant insert on orders, executions, ledger_entries to twinbook_%s', book()); end $$;
insert into orders (username, order_id, portfolio_id, order_number, symbol, side, order_type, time_in_force, quantity, currency, feed_owner, feed, works_as, effective_number, idempotency_key, request_hash, status, reject_reason, session)
select username, new_id(), portfolio_id, 99, 'AAPL', 'buy', 'market', 'DAY', 1, 'USD', feed_owner, feed, 'market', 0, 'his key', '\x00', 'REJECTED', 'no', 1 from portfolios where username = 'bob';
select set_config('tests.home', portfolio_id::text, true) from portfolios where username = 'alice';
select set_config('tests.his_home', portfolio_id::text, true) from portfolios where username = 'bob';
select tests.act_as('alice', book());
create function pg_temp.order_with(key text, id text, home text, number bigint) returns text language sql as $$
  select format('insert into %I.orders (username, order_id, portfolio_id, order_number, symbol, side, order_type, time_in_force, quantity, currency, feed_owner, feed, works_as, effective_number, idempotency_key, request_hash, session)
    values (''alice'', %L, %L, %s, ''AAPL'', ''buy'', ''market'', ''DAY'', 1, ''USD'', ''market'', ''tape'', ''market'', 0, %L, ''\x00'', 1)', current_setting('tests.book'), id, home, number, key)
$$;
select is(tests.refusal(pg_temp.order_with('his key', upper(book()) || '_1', current_setting('tests.home'), 50)), tests.refusal(pg_temp.order_with('no key', upper(book()) || '_1', current_setting('tests.home'), 50)),
          'a unique key: the same outcome whether or not bob has it');
select is(tests.refusal(pg_temp.order_with('k', current_setting('tests.his'), current_setting('tests.home'), 50)), 'accepted',
  'nor does his order''s id tell');
select is(tests.refusal(pg_temp.order_with('k', upper(book()) || '_1', current_setting('tests.his_home'), 50)),
          tests.refusal(pg_temp.order_with('k', upper(book()) || '_1', '00000000-0000-7000-8000-000000000009', 50)),
            'a foreign key: his portfolio and none are the same');
create function pg_temp.fill_of(id text, trade text) returns text language sql as $$
  select format('insert into %I.executions (username, portfolio_id, seq, order_id, fill_id, trade_id, symbol, strategy, side, quantity, price, multiplier, currency, fee_currency, price_source, executed_at)
    values (''alice'', %L, 50, %L, ''f'', %L, ''AAPL'', '''', ''buy'', 1, 1, 1, ''USD'', ''USD'', ''broker'', now())', current_setting('tests.book'), current_setting('tests.home'), id, trade)
$$;
select is(tests.refusal(pg_temp.fill_of(current_setting('tests.his'), current_setting('tests.her_trade'))), '23503 executions_order_fkey',
  'nothing of hers can hang on his order');
select is(tests.refusal(pg_temp.fill_of(upper(book()) || '_none', current_setting('tests.her_trade'))), '23503 executions_order_fkey',
  'which is as if there were none');
select is(tests.refusal(pg_temp.fill_of(current_setting('tests.hers'), trade)), '23503 executions_trade_fkey', 'nor on his trade, nor on none')
from unnest(array[current_setting('tests.his_trade'), upper(book()) || '_none']) as trade;
select is(tests.refusal(pg_temp.fill_of(current_setting('tests.hers'), current_setting('tests.her_trade'))), 'accepted', 'on her own it can');

select tests.act_as_installer();
select set_config('tests.truth_' || person, (select count(*)::text from orders where username = person), true) from unnest(array['alice', 'bob']) as person;
-- COPY: to a file it is filtered, from one it is refused under row level security.
select tests.act_as_installer();
do $$ begin execute format('grant pg_write_server_files, pg_read_server_files to twinbook_%s', book()); end $$;
select tests.act_as('alice', book());
select is(tests.reach(format('copy %I.orders to ''/dev/null''', current_setting('tests.book'))), (select count(*) from orders),
  'COPY TO carries her rows only');
select is((select count(*)::text from orders), current_setting('tests.truth_alice'), 'all of them');
select throws_ok(format('copy %I.orders from ''/dev/null''', current_setting('tests.book')), '0A000', null,
  'COPY FROM is refused, even with the right to insert');
select throws_ok(format('copy %I.balances from ''/dev/null''', current_setting('tests.book')), '42501', null,
  'which no application has');

-- Prepared statements: the user and the role of the moment count, not those of the plan.
create function pg_temp.prepared(mode text) returns setof text language plpgsql as $$
begin
  perform set_config('plan_cache_mode', mode, true);
  execute format('prepare mine as select count(*) from %I.orders', current_setting('tests.book'));
  perform tests.act_as('alice', book());
  return next results_eq('mine', array[current_setting('tests.truth_alice')::bigint], mode || ': alice''s');
  perform tests.act_as('bob', book());
  return next results_eq('mine', array[current_setting('tests.truth_bob')::bigint], mode || ': then bob''s');
  perform tests.act_as('', book());
  return next results_eq('mine', array[0::bigint], mode || ': then nobody''s');
  perform tests.act_as_installer();
  perform set_config('role', 'twinbook_auditor', true);
  return next results_eq('mine', array[current_setting('tests.truth_alice')::bigint + current_setting('tests.truth_bob')::bigint], mode || ': then the auditor''s');
  perform tests.act_as('alice', book());
  return next results_eq('mine', array[current_setting('tests.truth_alice')::bigint], mode || ': and alice''s again');
  execute 'deallocate mine';
end
$$;
select pg_temp.prepared(mode) from unnest(array['auto', 'force_generic_plan', 'force_custom_plan']) as mode;

-- A definer verb leaves the user as it was, and an injected one is only a name.
select tests.act_as('alice''; drop table orders; --', book());
select is((select count(*) from orders), 0::bigint, 'a hostile user name is nobody''s');
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB401', null, 'and acts for nobody');

select tests.act_as_installer();
select finish();
rollback;
