-- Each integrity check finds the fault that it is there for, in a database where it found nothing.
begin;
select no_plan();
set local role twinbook_admin;
select isnt_empty('select * from oversight.close_maintenance()', 'the window that tests work in is closed');
reset role;

select tests.set_stage();
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 49, 51);
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100), tests.trade('alice', 'MSFT', 'buy', 5, 50),
       tests.trade('alice', 'MSFT', 'sell', 5, 60), tests.pending('alice', 'AAPL', 'buy', 1);
set local search_path = live_trading, shared_data, tap, pg_temp;
alter function tests.pending cost 99; -- so that it is compiled anew, for this book's orders
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'sell', 10, 100) is not null;
set local search_path = tap, pg_temp;

create temporary table faults (number serial, check_name text, fault text);
insert into faults (check_name, fault) values
  ('accounts_shared', $$ insert into identity.broker_accounts (username, broker, account, environment, credentials)
                         select unnest(array['alice', 'bob']), 'tradier', 'VA1', 'sandbox', 'gAAAAAx' $$),
  ('alarms_unanswered', $$ insert into paper_trading.alarms (username, portfolio_id, kind, severity)
                           select username, portfolio_id, 'late_fill', 'HIGH' from paper_trading.portfolios $$),
  ('audit_gaps', $$ delete from paper_trading.audit_log where seq = 2 $$),
  ('audit_gaps', $$ delete from live_trading.audit_log where seq = (select max(seq) from live_trading.audit_log) $$),
  ('balances_below_zero', $$ update paper_trading.balances set amount = -1 $$),
  ('books_crossed_by_grants', $$ grant usage on schema live_trading to twinbook_paper $$),
  ('books_crossed_by_grants', $$ grant select on paper_trading.orders to twinbook_live $$),
  ('books_missing', $$ alter schema live_trading owner to current_user $$),
  ('cash_against_ledger', $$ update paper_trading.balances set amount = amount + 0.01 where username = 'alice' $$),
  ('cash_against_ledger', $$ update live_trading.ledger_entries set amount = amount + 0.01 where execution_seq = 1 $$),
  ('chain_heads_broken', $$ update paper_trading.audit_log set details = details || '{"planted": "1"}'
                            where seq = (select max(seq) from paper_trading.audit_log) $$),
  ('chain_heads_broken', $$ update paper_trading.portfolios set audit_head = sha256('') where username = 'alice' $$),
  ('constraints_not_proved', $$ alter table paper_trading.orders add constraint planted check (quantity < 9) not valid $$),
  ('definers_with_an_open_path', $$ alter function paper_trading.cancel_order reset search_path $$),
  ('definers_with_an_open_path', $$ alter function live_trading.cancel_order set search_path = pg_temp, live_trading $$),
  ('differences_with_brokers', $$ insert into live_trading.reconciliation_differences
                                    (username, portfolio_id, kind, key, in_book, at_broker, severity, times_seen)
                                  select username, portfolio_id, 'position', 'AAPL', 10, 9, 'HIGH', 2
                                  from live_trading.portfolios $$),
  ('ended_orders_with_rest', $$ alter table paper_trading.orders drop constraint orders_are_filled_exactly_when_full;
                                update paper_trading.orders set filled_quantity = 1 where status = 'FILLED' $$),
  ('ended_orders_with_rest', $$ alter table paper_trading.orders drop constraint orders_ended_hold_nothing;
                                update paper_trading.orders set held_amount = 1 where status = 'FILLED' $$),
  ('execution_gaps', $$ delete from paper_trading.executions where seq = 1 $$),
  ('exits_against_trades', $$ update paper_trading.trades set stop_loss = 90 where closed_at is null $$),
  ('exits_beyond_entries', $$ alter table live_trading.trades drop constraint trades_exit_what_was_entered;
                              alter table live_trading.trades drop constraint trades_status_fits_their_fills;
                              update live_trading.trades set exit_quantity = entry_quantity + 1 $$),
  ('failed_matching', $$ insert into paper_trading.unmatched
                         select username, portfolio_id, 'AAPL', 1, 'failed', feed_owner, feed
                         from paper_trading.portfolios $$),
  ('forbidden_changes_unguarded', $$ alter event trigger twinbook_refuses_drops disable $$),
  ('forbidden_changes_unguarded', $$ drop event trigger twinbook_keeps_protections $$),
  ('functions_altered', $$ create or replace function identity.current_username(book text) returns text
                           language sql stable return text 'bob' $$),
  ('functions_altered', $$ grant execute on function paper_trading.record_execution to twinbook_paper $$),
  ('functions_altered', $$ drop function oversight.findings $$),
  ('grants_to_public', $$ grant select on paper_trading.orders to public $$),
  ('grants_to_public', $$ grant usage on schema live_trading to public $$),
  ('grants_to_public', $$ grant execute on function live_trading.place_order to public $$),
  ('grants_to_public', $$ grant update (quantity) on paper_trading.orders to public $$),
  ('grants_to_write', $$ grant update on paper_trading.orders to twinbook_paper $$),
  ('grants_to_write', $$ grant update (quantity) on paper_trading.orders to twinbook_paper $$),
  ('holds_against_orders', $$ update paper_trading.balances set held = 5 where username = 'alice' $$),
  ('ids_of_the_other_book', $$ update paper_trading.executions set order_id = 'LIVE_1' where seq = 1 $$),
  ('ids_of_the_other_book', $$ alter domain live_trading.book_id drop constraint book_id_names_its_book;
                               update live_trading.orders set order_id = 'PAPER_1' $$),
  ('leakproof_functions', $$ create function public.planted() returns boolean leakproof language sql as 'select true' $$),
  ('ledger_gaps', $$ update paper_trading.portfolios set ledger_seq = ledger_seq + 1 $$),
  ('live_portfolios_off_the_market', $$ update live_trading.portfolios set feed_owner = username, feed = 'mine' $$),
  ('live_trading_halted', $$ select oversight.halt_live_trading('planted') $$),
  ('logins_of_both_books', $$ create role planted login in role twinbook_paper, twinbook_live $$),
  ('maintenance_under_way', $$ select oversight.open_maintenance('planted', '1 hour') $$),
  ('objects_of_strangers', $$ create table shared_data.planted () $$),
  ('objects_of_strangers', $$ create function paper_trading.planted() returns void language sql as '' $$),
  ('order_gaps', $$ update paper_trading.orders set order_number = 99 where order_number = 1 $$),
  ('orders_against_executions', $$ update paper_trading.orders set fees = fees + 1 where status = 'FILLED' $$),
  ('orders_against_executions', $$ delete from live_trading.executions $$),
  ('orders_of_ended_trades', $$ update paper_trading.orders
                                set trade_id = (select trade_id from paper_trading.trades where closed_at is not null)
                                where status = 'PENDING' $$),
  ('orders_past_their_close', $$ update paper_trading.orders set status = 'OPEN', expires_at = '2026-02-27 21:00+00'
                                 where status = 'PENDING' $$),
  ('oversight_log_broken', $$ update oversight.audit_log set details = '{"planted": true}'
                              where (username, seq) = (select username, max(seq) from oversight.audit_log
                                                       group by username limit 1) $$),
  ('oversight_log_broken', $$ delete from oversight.audit_log where seq = 1 $$),
  ('oversight_log_broken', $$ update oversight.audit_heads set head = sha256('') $$),
  ('owner_and_engine_shared', $$ create role planted inherit in role twinbook_engine $$),
  ('owner_and_engine_shared', $$ grant pg_read_all_data to twinbook_owner $$),
  ('paper_portfolios_with_brokers', $$ update paper_trading.portfolios set broker = 'alpaca', account = '1' $$),
  ('partitions_open', $$ grant select on shared_data.market_data_default to twinbook_paper $$),
  ('partitions_open', $$ alter table paper_trading.price_snapshots_default disable row level security $$),
  ('partitions_open', $$ drop trigger market_data_default_is_never_removed on shared_data.market_data_default $$),
  ('policies_altered', $$ drop policy orders_are_private on paper_trading.orders $$),
  ('policies_altered', $$ alter policy orders_are_private on paper_trading.orders using (true) $$),
  ('policies_altered', $$ create policy planted on live_trading.orders to twinbook_live using (true) $$),
  ('positions_against_executions', $$ update paper_trading.positions set quantity = quantity + 1, cost = cost + 1
                                      where quantity > 0 $$),
  ('positions_against_trades', $$ update paper_trading.positions set trade_id = 'PAPER_1' where quantity > 0 $$),
  ('quotes_from_the_future', $$ insert into shared_data.quotes (username, feed, symbol, number, last, quoted_at)
                                values ('market', 'realtime', 'AAPL', 1, 100, now() + interval '1 hour') $$),
  ('roles_too_mighty', $$ alter role twinbook_paper bypassrls $$),
  ('roles_too_mighty', $$ create role planted login bypassrls in role twinbook_live $$),
  ('row_security_off', $$ alter table paper_trading.orders no force row level security $$),
  ('row_security_off', $$ alter table identity.users disable row level security $$),
  ('rows_without_parents', $$ delete from paper_trading.trades where closed_at is not null $$),
  ('rows_without_parents', $$ delete from live_trading.portfolios $$),
  ('security_events_unanswered', $$ select oversight.raise_security_event('alice', 'paper', 'crossing', '{}')
                                    from generate_series(1, 4) $$),
  ('sessions_astray', $$ update paper_trading.portfolios set session = 7 where username = 'bob' $$),
  ('sessions_astray', $$ update live_trading.sessions set ended_at = now(), end_reason = 'planted' $$),
  ('settings_of_logins', $$ create role planted login in role twinbook_paper;
                            alter role planted set search_path = live_trading $$),
  ('settings_of_logins', $$ alter role twinbook_live set session_replication_role = replica $$),
  ('stale_quotes', $$ update shared_data.quotes set quoted_at = '2026-02-26 15:00+00' where symbol = 'AAPL' $$),
  ('stale_quotes', $$ update shared_data.quotes set quoted_at = '2026-03-02 14:58+00' where symbol = 'AAPL' $$),
  ('stale_quotes', $$ delete from shared_data.quotes where symbol = 'AAPL' $$),
  ('trades_against_executions', $$ update paper_trading.trades set fees = fees + 1 where closed_at is null $$),
  ('triggers_altered', $$ drop trigger executions_are_facts on paper_trading.executions $$),
  ('triggers_altered', $$ create trigger planted before insert on live_trading.orders
                          for each row execute function shared_data.refuse_change('planted') $$),
  ('triggers_off', $$ alter table paper_trading.ledger_entries disable trigger user $$),
  ('triggers_off', $$ alter table live_trading.executions disable trigger all $$),
  ('twins_drifted_apart', $$ alter table live_trading.orders add column planted integer $$),
  ('twins_drifted_apart', $$ alter table paper_trading.orders drop constraint orders_ended_hold_nothing $$),
  ('unmatched_too_long', $$ update shared_data.market_data set created_at = now() - interval '1 hour';
                            insert into paper_trading.unmatched
                            select username, portfolio_id, 'AAPL', 1, 'skipped', feed_owner, feed
                            from paper_trading.portfolios $$),
  ('unsealed_too_long', $$ update live_trading.audit_log set occurred_at = now() - interval '2 days' $$),
  ('views_past_policies', $$ alter view paper_trading.open_positions set (security_invoker = false) $$),
  ('views_past_policies', $$ create materialized view live_trading.planted as select * from live_trading.orders $$);

-- What can't be planted: the version of the server.
select set_eq($$ select check_name from faults union all select 'server_too_old' $$,
              'select check_name from oversight.checks', 'every check is tried');

set local role twinbook_admin;
select is_empty('select * from oversight.isolation_report() where not passed', 'a healthy database passes every check');
reset role;
select set_eq('select distinct check_name from oversight.isolation_report()', 'select check_name from oversight.checks',
              'the report runs them all');
select set_eq($$ select distinct check_name from oversight.isolation_report(quick => true) $$,
              $$ select check_name from oversight.checks where cost <> 'whole book' $$,
              'or those that read no whole book');
set local role twinbook_admin;
select results_eq($$ select book, severity, found, detail from oversight.isolation_report()
                     where check_name = 'audit_gaps' $$,
                  $$ values ('paper', 'CRITICAL', 0::bigint, null::text), ('live', 'CRITICAL', 0, null) $$,
                  'a row a check and book');
reset role;

select cmp_ok(tests.finds(check_name, fault), '>', 0::bigint, format('%s: %s', check_name, btrim(fault)))
from faults order by number;

select is_empty('select * from oversight.isolation_report() where not passed', 'each fault was undone');
select (identity.use_identity('signed')).kind;
select is_empty('select * from oversight.isolation_report() where not passed', 'nor is another identity a fault');
select (identity.use_identity('trusted')).kind;
select is_empty('select * from oversight.isolation_report() where not passed', 'or the first one again');

select oversight.open_maintenance('faults', '1 hour') is not null;
alter table paper_trading.balances disable trigger user;
update paper_trading.balances set amount = amount + 1;
set local role twinbook_auditor;
select is((select passed from oversight.isolation_report() where (check_name, book) = ('cash_against_ledger', 'paper')), false,
          'what was found is told of its book');
select is((select passed from oversight.isolation_report() where (check_name, book) = ('cash_against_ledger', 'live')), true,
          'and not of the other');
select is((select found from oversight.isolation_report() where (check_name, book) = ('cash_against_ledger', 'paper')),
          (select count(*) from oversight.findings('cash_against_ledger')), 'findings tells all of it');
select throws_ok($$ select * from oversight.findings('users; drop table x') $$, 'TB404', null, 'of a check that there is');

reset role;
drop view oversight.audit_gaps;
alter table paper_trading.orders rename column fees to charges;
set local role twinbook_auditor;
select isnt_empty($$ select * from oversight.isolation_report() where check_name = 'audit_gaps' and not passed $$,
                  'a check that is gone has not passed');
select isnt_empty($$ select * from oversight.isolation_report()
                     where check_name = 'orders_against_executions' and not passed and detail like 'could not look%' $$,
                  'nor has one that fails');

select tests.act_as('alice', 'paper');
select throws_ok('select * from oversight.isolation_report()', '42501', null, 'traders have no such verb');
set local role twinbook_admin;
select throws_ok('select * from oversight.isolation_report()', 'TB403', null, 'nor a USER in an administrator''s session');
select throws_ok($$ select * from oversight.findings('audit_gaps') $$, 'TB403', null, 'nor the other');

select tests.act_as_installer();
select finish();
rollback;
