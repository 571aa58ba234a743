-- B8, rule 9: everything belongs to a session; a reset ends trades at their marks, brings the first money back, loses nothing.
begin;
select plan(35);

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 101), tests.quote('SAP', 49, 51);
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null, tests.trade('alice', 'SAP', 'buy', 1, 50) is not null;
select set_config('tests.waits', tests.pending('alice', 'AAPL', 'buy', 1), true);
update orders set status = 'OPEN' where order_id = current_setting('tests.waits');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"number": 2}', '23505 sessions_one_runs'),
  ('{}', '23505 sessions_pkey'),
  ('{"number": 2, "username": "bob", "ended_at": "2026-03-03", "end_reason": "x"}', '23503 sessions_portfolio_fkey'),
  ('{"number": 0, "ended_at": "2026-03-03", "end_reason": "x"}', '23514 sessions_number_counts'),
  ('{"number": 2, "ended_at": "2026-03-03"}', '23514 sessions_end_has_a_why'),
  ('{"number": 2, "ended_at": "2026-03-03", "end_reason": "x"}', 'accepted'),
  ('{"label": " x"}', '23514 label_is_short');
select is(tests.refusal(tests.row_like('sessions', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('sessions') except select split_part(refused, ' ', 2) from cases $$, 'every law of sessions is tried');
select is(tests.refusal(act), 'TB001 sessions', guard || ': ' || act)
from (values ('sessions_are_never_removed', 'delete from sessions'), ('sessions_are_never_removed', 'truncate sessions cascade'),
             ('sessions_only_end', 'update sessions set label = ''x'''), ('sessions_only_end', 'update sessions set started_at = now() - interval ''1 day''')) as tried (guard, act);

select is((select array_agg(distinct session) from (select session from orders union all select session from trades union all select session from ledger_entries) as s),
  array[1], 'every order, trade and ledger entry belongs to one');

-- A new session, with what is open going on.
select tests.act_as('alice', book());
select results_eq($$ select number, label::text from begin_session(label => 'second') $$, $$ values (2, 'second') $$, 'a new one begins');
select throws_ok($$ select begin_session(label => ' ') $$, 'TB400', null, 'a label is a label');
select throws_ok($$ select begin_session('nowhere') $$, 'TB404', null, 'of a portfolio that is there');
select results_eq($$ select number, end_reason from sessions order by number $$, $$ values (1, 'a new one'), (2, null) $$, 'the one before has ended');
select is((select count(*) from trades where status = 'OPEN'), 2::bigint, 'what is open goes on');
select is((select max(session) from daily_summary), 2, 'and the day is the new one''s, whether or not anything was booked');

-- A reset.
select set_config('tests.seqs', concat_ws(' ', order_seq, execution_seq, ledger_seq), true) from portfolios;
select set_config('tests.facts', (select count(*) from executions)::text, true);
select case book() when 'live' then throws_ok('select reset_portfolio()', 'TB403', null, 'live is never reset')
                   else is((reset_portfolio(reason => 'new season')).session, 3, 'a reset begins another') end;
select tests.act_as_installer();

select results_eq('select currency, amount::numeric, held::numeric from balances order by currency',
  $$ select * from (values ('EUR', 0::numeric, 0::numeric), ('USD', 100000, 0)) as paper where book() = 'paper'
     union all select 'EUR', -50::numeric, 0::numeric where book() = 'live' union all select 'USD', 98999, 0 where book() = 'live' $$, 'the money is what it opened with');
select results_eq($$ select symbol, status::text, coalesce(exit_reason, ''), exit_price from trades order by symbol $$,
  $$ select s, case book() when 'paper' then 'CLOSED' else 'OPEN' end, case book() when 'paper' then 'reset' else '' end, case book() when 'paper' then p end
     from (values ('AAPL', 99::numeric), ('SAP', 49)) as t (s, p) $$, 'trades ended at their marks');
select is((select status::text from orders where order_id = current_setting('tests.waits')), case book() when 'paper' then 'CANCELED' else 'OPEN' end, 'what waited was canceled');
select is((select count(*) from positions where quantity <> 0), case book() when 'paper' then 0::bigint else 2 end, 'nothing is held');
select ok((select count(*) from executions) >= current_setting('tests.facts')::bigint, 'nothing is lost');
select ok((select execution_seq >= split_part(current_setting('tests.seqs'), ' ', 2)::bigint from portfolios), 'numbers go on');
select is((select count(*) from audit_log where operation = 'PAPER_RESET'), case book() when 'paper' then 1::bigint else 0 end, 'an event tells it');
select is((select count(*) from ledger_entries where kind = 'reset'), case book() when 'paper' then 3::bigint else 0 end, 'the way back is booked');
select is((select coalesce(sum(flows), 0) from daily_summary where day > '2026-03-02'), 0::numeric, 'and is no return');
select is((select trades from performance_metrics), 0::bigint, 'metrics are of the present session');
select is((select sum(trades) from session_metrics), case book() when 'paper' then 2::numeric else 0 end, 'the others are there too');
select is_empty('select * from differences()', 'state is what the facts say');

-- Not too often.
select tests.act_as('alice', book());
select case book() when 'live' then pass('not in live') else lives_ok('select reset_portfolio() from generate_series(1, 9)', 'ten a day') end;
select case book() when 'live' then pass('not in live') else throws_ok('select reset_portfolio()', 'TB422', null, 'and no more') end;
select tests.act_as('bob', book());
select throws_ok($$ select begin_session('main') $$, 'TB404', null, 'bob has none of it');

select tests.act_as_installer();
select finish();
rollback;
