-- Protections are taken down in a maintenance window only, whoever asks; what isn't Twinbook's is nobody's concern.
begin;
select no_plan();
select identity.register_user('adam', role => 'ADMIN'), identity.register_user('alice');

set local role twinbook_admin;
select isnt_empty('select * from oversight.close_maintenance()', 'the window that tests work in is closed');
reset role;

create table public.planted (username text, part integer constraint planted_part check (part > 0));
create role stranger;
create schema strange authorization stranger;

create temporary table forbidden (number serial, change text);
insert into forbidden (change) values
  ('drop table paper_trading.executions cascade'),
  ('drop table live_trading.price_snapshots_default'),
  ('drop table shared_data.market_data cascade'),
  ('alter table paper_trading.ledger_entries drop column note cascade'),
  ('alter table live_trading.orders drop column reason cascade'),
  ('alter table live_trading.orders drop constraint orders_ended_hold_nothing'),
  ('alter domain paper_trading.book_id drop constraint book_id_names_its_book'),
  ('drop trigger executions_are_facts on paper_trading.executions'),
  ('drop function shared_data.refuse_change cascade'),
  ('drop policy orders_are_private on paper_trading.orders'),
  ('drop schema live_trading cascade'),
  ('drop owned by twinbook_engine cascade'),
  ('drop trigger maintenance_only_ends on oversight.maintenance'),
  ('alter table paper_trading.orders disable trigger user'),
  ('alter table paper_trading.orders disable trigger all'),
  ('alter table live_trading.executions disable trigger executions_are_facts'),
  ('alter table live_trading.executions enable replica trigger executions_are_facts'),
  ('alter table identity.users disable row level security'),
  ('alter table paper_trading.orders no force row level security'),
  ('alter table shared_data.market_data_default disable row level security'),
  ('alter policy orders_are_private on paper_trading.orders using (true)'),
  ('create policy planted on live_trading.orders to twinbook_live using (true)'),
  ('set local session_replication_role = replica; alter table live_trading.orders disable row level security'),
  ('alter table oversight.maintenance disable trigger all');

create temporary table harmless (number serial, change text);
insert into harmless (change) values
  ('create temporary table mine (a integer); alter table mine add b integer; alter table mine disable trigger all; drop table mine'),
  ('alter table public.planted enable row level security'),
  ('alter table public.planted enable row level security; create policy p on public.planted using (true);
    alter policy p on public.planted using (false); drop policy p on public.planted;
    alter table public.planted disable row level security'),
  ('alter table public.planted drop constraint planted_part'),
  ('alter table public.planted drop column part'),
  ('drop table public.planted'),
  ('set local role stranger; create table strange.own (a integer); alter table strange.own enable row level security;
    alter table strange.own drop column a; drop table strange.own; drop schema strange'),
  ('alter table paper_trading.orders add column more integer'),
  ('create index planted on live_trading.orders (created_at); drop index live_trading.planted'),
  ('alter table paper_trading.orders set (fillfactor = 70)'),
  ('select shared_data.add_month(''2031-05-01'')');

select is(tests.refusal(change), 'TB403', 'refused: ' || change) from forbidden order by number;
select is(tests.refusal(change), 'accepted', 'not our concern: ' || change) from harmless order by number;
select is(tests.refusal(format('set local role twinbook_owner; %s', change)), 'TB403', 'of the owner too: ' || change)
from forbidden where change ~ '^alter table paper|^drop policy' and change !~ 'trigger all' order by number;

set local role twinbook_admin;
select is((select opened_by from oversight.open_maintenance('a column is split in two', '15 minutes')), session_user::text,
          'an administrator opens a window');
reset role;
select is(tests.refusal(change), 'accepted', 'in a window: ' || change)
from forbidden where change !~ 'engine|refuse_change|schema' order by number;
set local role twinbook_auditor;
select is((select found from oversight.isolation_report() where check_name = 'maintenance_under_way'), 1::bigint,
          'the report says so');
reset role;

set local role twinbook_admin;
select isnt_empty('select * from oversight.close_maintenance()', 'and closes it');
select is_empty('select * from oversight.close_maintenance()', 'once');
select isnt_empty($$ select * from oversight.open_maintenance('short', '1 millisecond') $$, 'one that is over soon');
reset role;
select pg_sleep(0.005);
select is(tests.refusal('alter table paper_trading.orders no force row level security'), 'TB403', 'ends by itself');

select results_eq(
  $$ select operation, details ->> 'reason' from oversight.audit_log where operation like 'maintenance%' order by seq desc
     limit 4 $$,
  $$ values ('maintenance_opened', 'short'), ('maintenance_closed', null),
            ('maintenance_opened', 'a column is split in two'), ('maintenance_closed', null) $$,
  'both acts are in the log');

set local role twinbook_admin;
select throws_ok($$ select oversight.open_maintenance(' ', '1 hour') $$, 'TB400', null, 'a window has a reason');
select throws_ok($$ select oversight.open_maintenance(null, '1 hour') $$, 'TB400', null, 'which is said');
select throws_ok($$ select oversight.open_maintenance('for ever', '25 hours') $$, 'TB400', null, 'and an end');
select throws_ok($$ select oversight.open_maintenance('no time', '0') $$, 'TB400', null, 'after its beginning');
select throws_ok($$ select oversight.open_maintenance('no time', null) $$, 'TB400', null, 'which is said too');
select set_config('app.current_user', 'adam', true);
select is((select opened_by from oversight.open_maintenance('as a user', '1 minute')), 'adam', 'a user who is ADMIN may');
select is((select closed_by from oversight.close_maintenance()), 'adam', 'open and close');
select set_config('app.current_user', 'alice', true);
select throws_ok($$ select oversight.open_maintenance('mine', '1 hour') $$, 'TB403', null, 'a USER may not');
select throws_ok('select oversight.close_maintenance()', 'TB403', null, 'nor close');
select tests.act_as('alice', 'paper');
select throws_ok($$ select oversight.open_maintenance('mine', '1 hour') $$, '42501', null, 'traders have no such verb');
select throws_ok('select * from oversight.maintenance', '42501', null, 'and see no windows');

select tests.act_as_installer();
select throws_ok('delete from oversight.maintenance', 'TB001', null, 'windows are kept');
select throws_ok('truncate oversight.maintenance', 'TB001', null, 'all of them');
select throws_ok($$ update oversight.maintenance set reason = 'another' $$, 'TB001', null, 'as they were opened');
select throws_ok($$ update oversight.maintenance set closed_at = now(), closed_by = 'me' where closed_at is not null $$,
                 'TB001', null, 'and closed');
insert into oversight.maintenance (reason, opened_by, closes_at) values ('laws', 'me', now() + interval '1 hour');
select throws_ok(tests.row_like('oversight.maintenance', '{"reason": " "}'), '23514', null, 'a reason');
select throws_ok(tests.row_like('oversight.maintenance', '{"closes_at": "2000-01-01"}'), '23514', null, 'an end');
select throws_ok(tests.row_like('oversight.maintenance', '{"closed_at": "2100-01-01", "closed_by": null}'), '23514', null,
                 'signed');
select throws_ok(tests.row_like('oversight.maintenance', '{}'), '23505', null, 'one id');

select finish();
rollback;
