-- I2: a session of one book has no privilege at all in the other, either way.
begin;
select plan(156);

select tests.set_stage();
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.open('alice');
set local search_path = live_trading, shared_data, tap, pg_temp;
select tests.open('alice');
set local search_path = tap, pg_temp;

create temporary table things as
select c.relnamespace::regnamespace::text as book, c.oid::regclass::text as name from pg_class as c
where c.relnamespace in ('paper_trading'::regnamespace, 'live_trading'::regnamespace) and c.relkind in ('r', 'p', 'v') and not c.relispartition;
create temporary table verbs as
select p.pronamespace::regnamespace::text as book, p.proname as name from pg_proc as p
where p.pronamespace in ('paper_trading'::regnamespace, 'live_trading'::regnamespace);
grant select on things, verbs to public;

select tests.act_as('alice', 'paper');
select throws_ok(format('select * from %s', name), '42501', null, 'a paper session reads no ' || name) from things where book = 'live_trading';
select lives_ok(format('select * from %s', name), 'but ' || name) from things where book = 'paper_trading';
select tests.act_as('alice', 'live');
select throws_ok(format('select * from %s', name), '42501', null, 'a live session reads no ' || name) from things where book = 'paper_trading';
select lives_ok(format('select * from %s', name), 'but ' || name) from things where book = 'live_trading';

select tests.act_as('alice', 'paper');
select throws_ok(act, '42501', null, 'a paper session: ' || act)
from unnest(array['select live_trading.place_order(''AAPL'', ''buy'', 1)', 'select live_trading.open_portfolio(''x'')', 'select * from live_trading.cancel_all()',
                  'select live_trading.book()', 'select live_trading.new_id()', 'insert into live_trading.orders default values', 'copy live_trading.orders to ''/dev/null''']) as tried (act);
select tests.act_as('alice', 'live');
select throws_ok(act, '42501', null, 'a live session: ' || act)
from unnest(array['select paper_trading.place_order(''AAPL'', ''buy'', 1)', 'select paper_trading.open_portfolio(''x'')', 'select * from paper_trading.cancel_all()',
                  'select paper_trading.book()', 'select paper_trading.new_id()', 'insert into paper_trading.orders default values', 'copy paper_trading.orders to ''/dev/null''']) as tried (act);

select tests.act_as_installer();
select is(has_schema_privilege('twinbook_' || a, b || '_trading', 'USAGE'), a = b, format('%s and the %s book', a, b))
from unnest(array['paper', 'live']) as a, unnest(array['paper', 'live']) as b;
select is_empty($$ select name from verbs where has_function_privilege('twinbook_paper', format('live_trading.%I', name)::regproc, 'EXECUTE') and book = 'live_trading' $$,
  'no function of the live book is for paper''s role');
select is_empty($$ select name from verbs where has_function_privilege('twinbook_live', format('paper_trading.%I', name)::regproc, 'EXECUTE') and book = 'paper_trading' $$,
  'nor the reverse');
select is_empty($$ select name from things where has_table_privilege('twinbook_paper', name, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') and book = 'live_trading' $$,
  'no table of it either');
select is_empty($$ select name from things where has_table_privilege('twinbook_live', name, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') and book = 'paper_trading' $$,
  'nor the reverse');

-- What an application may call in its own book is a short, known list; all else is under the verbs.
select set_eq(
  $$ select name::text from verbs where book = 'paper_trading' and has_function_privilege('twinbook_paper', format('paper_trading.%I', name)::regproc, 'EXECUTE') $$,
  array['book', 'open_portfolio', 'edit_portfolio', 'close_portfolio', 'place_order', 'replace_order', 'cancel_order', 'cancel_all', 'verify_portfolios', 'replay', 'rate_between',
        'adjust_trade', 'close_trade', 'purge_trade', 'flatten', 'reset_portfolio', 'begin_session', 'excursion_of', 'rate_at', 'acknowledge_alarm'],
  'the verbs of a book are these');
select set_eq(
  $$ select name::text from verbs where book = 'live_trading' and has_function_privilege('twinbook_live', format('live_trading.%I', name)::regproc, 'EXECUTE') $$,
  $$ select name::text from verbs where book = 'paper_trading' and has_function_privilege('twinbook_paper', format('paper_trading.%I', name)::regproc, 'EXECUTE')
     union all values ('resolve_order'), ('accept_difference') $$,
  'the same in both, and live''s answers to what only a broker does');
select set_eq(
  $$ select name::text from verbs where book = 'live_trading' and has_function_privilege('twinbook_broker', format('live_trading.%I', name)::regproc, 'EXECUTE') $$,
  array['claim_account', 'release_account', 'next_nonce', 'due_tasks', 'begin_sending', 'finish_sending', 'begin_change', 'finish_change', 'report_order',
        'report_external', 'report_account', 'defer_task', 'plan_exits', 'extend_lease', 'sent_orders', 'worker_identity'],
  'a worker''s verbs are these');
select is_empty(
  $$ select name from verbs where book = 'paper_trading' and has_function_privilege('twinbook_broker', format('paper_trading.%I', name)::regproc, 'EXECUTE') $$,
  'and none on paper');

select finish();
rollback;
