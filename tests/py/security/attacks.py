"""What a login of the paper book can try with any statement: an SQL injection's powers.

Each attack is a name and its statements, in one session that acts as alice. {order}, {trade} and
{portfolio} are bob's; {login} is the login itself.
"""

from collections.abc import Iterator

import psycopg

Attack = tuple[str, ...]

_GROUPS = ["owner", "engine", "live", "market_data", "broker", "admin", "auditor", "backup"]

READ_PAST: list[Attack] = [
    ("set row_security = off", "table paper_trading.orders"),
    ("select * from only paper_trading.orders",),
    ("select ctid, xmin, tableoid::regclass, * from paper_trading.orders where ctid = '(0,2)'",),
    ("select * from paper_trading.orders tablesample system (100)",),
    ("select * from paper_trading.portfolio_snapshots_default",),
    ("explain (analyze, verbose, settings) select * from paper_trading.orders",),
    ("select query_to_xml('table paper_trading.orders', true, true, '')",),
    ("select table_to_xml('paper_trading.orders', true, true, '')",),
    ("select schema_to_xml('paper_trading', true, true, '')",),
    ("select database_to_xml(true, true, '')",),
    ("select row_to_json(o) from paper_trading.orders as o",),
    ("select jsonb_agg(o) from paper_trading.trades as o, lateral (values (1)) as v",),
    ("begin", "declare c cursor with hold for table paper_trading.orders", "commit", "fetch all c"),
    (
        "prepare p as table paper_trading.orders",
        "set plan_cache_mode = force_generic_plan",
        "execute p",
        "set \"app.current_user\" = ''",
        "execute p",
    ),
    ("copy (select * from paper_trading.audit_log) to stdout",),
    ("copy paper_trading.portfolio_snapshots_default to stdout",),
    ("with recursive r as (table paper_trading.orders union table paper_trading.orders) table r",),
    ("select * from paper_trading.orders as o full join paper_trading.trades as t on true",),
    ("select * from (values ('bob')) as v (u) join paper_trading.orders as o on o.username = v.u",),
    ("select * from paper_trading.orders where order_id = '{order}'",),
    ("select * from paper_trading.orders where (username, order_id) >= ('b', '')",),
    ("select trade_id from paper_trading.trades where trade_id = '{trade}'",),
    ("do $$ begin execute 'table paper_trading.orders'; raise notice 'done'; end $$",),
    (
        "do $$ declare r record; begin for r in table paper_trading.orders loop "
        "raise notice '%', r; end loop; end $$",
    ),
    ("select strategy::integer from paper_trading.orders where username <> 'alice'",),
    ("select 1 / (username <> 'bob')::integer from paper_trading.orders",),
    ("select set_config('search_path', 'live_trading', false)", "table orders"),
    ("table live_trading.orders",),
    ("select live_trading.place_order('AAPL', 'buy', 1)",),
    ("select live_trading.book()",),
    ("table live_trading.portfolio_snapshots_default",),
]

AS_ANOTHER: list[Attack] = [
    *(
        (f"set role twinbook_{name}", "table paper_trading.orders", "table live_trading.orders")
        for name in _GROUPS
    ),
    ("set role postgres", "table paper_trading.orders"),
    ("set session authorization twinbook_backup", "table paper_trading.orders"),
    ("set session authorization default", "reset role", "table paper_trading.orders"),
    ("do $$ begin perform set_config('role', 'twinbook_owner', true); end $$",),
    ("set local role none", "table paper_trading.orders"),
    ("set \"app.current_user\" = 'market'", "select place_order('AAPL', 'buy', 1)"),
    (
        "set \"app.current_user\" = 'market'",
        "select shared_data.replay_quotes('realtime', array[row('AAPL', 1, 2, 1, 1, now(), 1, 1)"
        "::shared_data.quote])",
    ),
    ("set \"app.current_user\" = 'market'", "select shared_data.open_feed('mine')"),
    ("set \"app.current_user\" = ''", "table paper_trading.orders"),
    ("set \"app.current_user\" = 'alice'' or true --'", "table paper_trading.orders"),
    ("set \"app.current_user\" = '%'", "table paper_trading.orders"),
    ("set \"app.current_user\" = 'BOB'", "table paper_trading.orders"),
    ("alter role {login} set role twinbook_owner", "reset all", "table paper_trading.orders"),
    ("alter role {login} superuser",),
    ("alter role {login} bypassrls",),
    ("alter role {login} in database postgres set row_security = off",),
    ("grant twinbook_owner to {login}",),
    ("grant {login} to twinbook_backup with admin option",),
    ("alter role twinbook_backup password 'mine'",),
    ("create role mine superuser",),
    ("alter group twinbook_engine add user {login}",),
    ("reassign owned by twinbook_owner to {login}",),
    ("drop owned by twinbook_owner cascade",),
    ("alter default privileges for role twinbook_owner grant all on tables to public",),
]

# Only where the identity is signed; else whoever can set the setting is its user.
FORGE: list[Attack] = [
    *(
        (forge, then)
        for forge in (
            "set \"app.current_user\" = 'bob'",
            "select set_config('app.current_user', 'bob', false)",
            "set twinbook.verified_user = 'bob'",
            "select set_config('app.current_user', replace(current_setting('app.current_user'), "
            "'alice', 'bob'), false)",
            "select set_config('app.current_user', replace(current_setting('app.current_user'), "
            "':paper:', ':live:'), false)",
            "alter role {login} set \"app.current_user\" = 'bob'",
        )
        for then in (
            "table paper_trading.orders",
            "table paper_trading.open_positions",
            "select cancel_order('{order}')",
            "select place_order('AAPL', 'buy', 1)",
            "table identity.users",
        )
    ),
    (
        "select place_order('AAPL', 'buy', 1, "
        "strategy => set_config('twinbook.verified_user', 'bob', false))",
        "table paper_trading.orders",
        "select cancel_order('{order}')",
    ),
    (
        "begin",
        "declare c cursor for table paper_trading.orders",
        "set \"app.current_user\" = 'bob'",
        "fetch all c",
    ),
    ("select identity.mint_token('bob', 'paper')",),
    ("select identity.use_identity('trusted')",),
    ("select identity.rotate_keys()",),
    ("table identity.signing_keys",),
    ("update identity.chosen_identity set kind = 'trusted'",),
    ("create or replace function identity.current_username(book text) returns text return 'bob'",),
]

MAKE_OBJECTS: list[Attack] = [
    ("create schema evil",),
    ("create temporary table orders (username text)",),
    ("create table public.orders (username text)",),
    ("create table paper_trading.mine (a text)",),
    ("create table public.heir () inherits (paper_trading.orders)", "table public.heir"),
    ("create table public.part partition of shared_data.market_data default",),
    ("create view public.mine as table paper_trading.orders",),
    ("create materialized view public.mine as table paper_trading.orders",),
    ("create function public.leak(text) returns boolean language sql cost 0.0001 return true",),
    (
        "create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0001 as "
        "$$ begin raise notice '%', $1; return true; end $$",
        "select from paper_trading.orders where pg_temp.leak(strategy)",
    ),
    ("create function pg_temp.f() returns void language sql security definer as ''",),
    ("create or replace function paper_trading.book() returns text language sql return 'live'",),
    ("create operator public.= (function = texteq, leftarg = text, rightarg = text)",),
    ("create aggregate public.mine (text) (sfunc = textcat, stype = text)",),
    ("create cast (shared_data.quote as text) with inout as implicit",),
    ("create type public.mine as (a text)",),
    ("create domain pg_temp.mine as text",),
    ("create extension dblink",),
    ("create extension if not exists pageinspect",),
    ("create language plperlu",),
    ("create event trigger mine on ddl_command_end execute function shared_data.refuse_change()",),
    ("create foreign data wrapper mine",),
    ("create publication mine for all tables",),
    ("create statistics mine on username, strategy from paper_trading.orders",),
    ("create index on paper_trading.orders (strategy)",),
    ('create collation public.mine from "C"',),
    ("create tablespace mine location '/tmp'",),
    ("create database mine",),
]

CHANGE: list[Attack] = [
    ("insert into paper_trading.trades select * from paper_trading.trades",),
    ("insert into paper_trading.orders (username, order_id) values ('bob', 'PAPER_1')",),
    ("insert into paper_trading.ledger_entries default values",),
    (
        "insert into paper_trading.balances values ('alice', '{portfolio}', 'USD', 1, 0) "
        "on conflict do nothing",
    ),
    (
        "merge into paper_trading.orders as o using (select 1) as v on o.username = 'bob' "
        "when matched then delete",
    ),
    ("with gone as (delete from paper_trading.orders returning *) table gone",),
    ("update paper_trading.balances set amount = 1000000",),
    ("update paper_trading.audit_log set actor = 'nobody'",),
    ("update paper_trading.positions set username = 'alice' where username = 'bob'",),
    ("truncate paper_trading.audit_log cascade",),
    ("copy paper_trading.orders from stdin",),
    ("set session_replication_role = replica",),
    ("select set_config('session_replication_role', 'replica', false)",),
    ("set constraints all deferred", "delete from paper_trading.portfolios"),
    ("alter table paper_trading.orders disable trigger all",),
    ("alter table paper_trading.orders no force row level security",),
    ("alter table paper_trading.orders owner to {login}",),
    ("alter table paper_trading.orders add column mine text",),
    ("alter function identity.current_username(text) immutable leakproof",),
    ("drop policy orders_are_private on paper_trading.orders",),
    ("drop table paper_trading.orders cascade",),
    ("drop schema live_trading cascade",),
    ("create policy mine on paper_trading.orders using (true)",),
    ("create rule mine as on insert to paper_trading.orders do instead nothing",),
    ("grant select on all tables in schema live_trading to twinbook_paper",),
    ("comment on table paper_trading.orders is 'mine'",),
    ("security label on table paper_trading.orders is 'mine'",),
    ("vacuum full paper_trading.orders",),
    ("analyze paper_trading.orders",),
    ("cluster paper_trading.orders using orders_pkey",),
    ("reindex table paper_trading.orders",),
    ("prepare transaction 'mine'",),
    ("select shared_data.close_table('paper_trading.orders')",),
    ("select shared_data.keep_public('paper_trading.orders')",),
    ("select paper_trading.append_event('bob', '{portfolio}', 'forged', 'bob', '{{}}')",),
    ("select oversight.append_event('bob', 'forged', '{{}}')",),
    ("select oversight.raise_security_event('bob', 'paper', 'forged', '{{}}')",),
    ("select paper_trading.record_execution(o, 'f', 1, 1, now(), 'quote') from orders as o",),
    ("select shared_data.record_quote('AAPL', 1, 2)",),
    ("select shared_data.sweep()",),
    ("select identity.register_user('eve', role => 'SUPERADMIN')",),
    ("select identity.edit_user('alice', 1, role => 'SUPERADMIN')",),
    ("select cancel_order('{order}')",),
    ("select replace_order('{order}', 1, quantity => 1)",),
    ("select adjust_trade('{trade}', 1, stop_loss => 1)",),
    ("select close_trade('{trade}')",),
    ("select place_order('AAPL', 'buy', 1, portfolio => '{portfolio}')",),
    ("select place_order('AAPL', 'buy', 1, strategy => '''; delete from orders; --')",),
    ("select place_order('AAPL', 'buy', 1, context => '{{\"username\": \"bob\"}}')",),
    ("select reset_portfolio('{portfolio}', reason => 'x')",),
]

SERVER: list[Attack] = [
    ("copy paper_trading.orders to program 'cat'",),
    ("copy paper_trading.orders to '/tmp/mine'",),
    ("copy paper_trading.orders from '/etc/passwd'",),
    ("select pg_read_file('postgresql.conf')",),
    ("select pg_read_binary_file(pg_relation_filepath('paper_trading.orders'))",),
    ("select pg_ls_dir('.')",),
    ("select lo_import('/etc/passwd')",),
    ("select lo_create(1)", "select lo_put(1, 0, 'x')"),
    ("select lo_export(1, '/tmp/mine')",),
    ("select pg_advisory_lock(1)",),
    ("select pg_try_advisory_xact_lock(1, 1)",),
    ("begin", "lock table paper_trading.orders in access exclusive mode"),
    ("begin", "lock table twinbook_history.turn in share row exclusive mode"),
    ("table paper_trading.orders for update",),
    ("table pg_authid",),
    ("table pg_shadow",),
    ("table pg_statistic",),
    ("table pg_largeobject",),
    ("table pg_hba_file_rules",),
    ("table pg_file_settings",),
    ("select * from pg_stats",),
    ("table pg_stats_ext",),
    ("table pg_stat_activity",),
    ("select pg_stat_get_backend_activity(n) from generate_series(1, 30) as n",),
    ("table pg_stat_user_tables",),
    ("table pg_locks",),
    ("table pg_cursors",),
    ("table pg_prepared_statements",),
    ("table pg_prepared_xacts",),
    ("table pg_replication_slots",),
    ("table pg_stat_replication",),
    ("select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user",),
    ("select pg_reload_conf()",),
    ("select pg_switch_wal()",),
    ("select pg_promote()",),
    ("select pg_logical_emit_message(true, 'a', 'b')", "select pg_export_snapshot()"),
    ("select pg_create_physical_replication_slot('mine')",),
    ("select pg_log_backend_memory_contexts(pg_backend_pid())",),
    ("alter system set fsync = off",),
    ("load '/tmp/mine.so'",),
    ("checkpoint",),
    ("listen twinbook_alerts", "notify twinbook_alerts, 'forged'", "select 1"),
    ("table twinbook_history.code",),
    ("table shared_data.data_access_log",),
    ("table oversight.security_events",),
    ("table oversight.audit_log",),
    ("discard all", "table paper_trading.orders"),
]

_ON_EACH_RELATION = [
    "select * from {}",
    "copy (select * from {}) to stdout",
    "copy {} to stdout",
    "copy {} from stdin",
    "select t::text from {} as t where t::text ~ 'bob'",
    "insert into {} default values",
    "delete from {}",
    "truncate {}",
    "alter table {} disable row level security",
    "grant all on {} to public",
    "drop table {}",
    "select * from {} for share",
]


def on_each_relation(db: psycopg.Connection) -> Iterator[Attack]:
    """The same statements on every table, partition, view and sequence that there is of ours."""
    for (name,) in db.execute(
        "select c.oid::regclass::text from pg_class as c "
        "join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspowner = 'twinbook_owner'::regrole and c.relkind in ('r', 'p', 'v', 'm', 'S') "
        "order by 1"
    ).fetchall():
        for statement in _ON_EACH_RELATION:
            yield (statement.format(name),)


def on_each_function(db: psycopg.Connection, words: list[str]) -> Iterator[Attack]:
    """Every function of ours, verbs or not, fed with these words wherever it takes a text."""
    functions = db.execute(
        """
        select p.oid::regproc::text, array(select format_type(t, null) from unnest(p.proargtypes)
                                           with ordinality as a (t, n) order by n)
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspowner = 'twinbook_owner'::regrole and p.prorettype <> 'trigger'::regtype
        order by 1
        """
    ).fetchall()
    for name, kinds in functions:
        for word in words if {"text", "uuid"} & set(kinds) else words[:1]:
            given = ", ".join(_argument(kind, word) for kind in kinds)
            yield (f"select {name}({given})",)


def _argument(kind: str, word: str) -> str:
    if kind == "uuid":
        is_one = len(word) == 36 and word.count("-") == 4
        return f"'{word}'" if is_one else "null"
    if kind == "text":
        return f"'{word}'"
    if kind in ("integer", "bigint", "numeric", "boolean"):
        return f"1::{kind}" if kind != "boolean" else "true"
    return f"null::{kind}"
