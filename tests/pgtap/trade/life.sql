-- Rules 1, 2 and 14: a trade is opened, scaled and closed by executions, whichever venue tells of them.
begin;
select plan(26);

create function pg_temp.newest() returns text language sql as $$
  select concat_ws(' ', direction, status, trim_scale(entry_quantity), trim_scale(entry_price), trim_scale(exit_quantity), trim_scale(exit_price),
                   trim_scale(net_pnl), exit_reason)
  from trades order by created_at desc, opened_at desc, trade_id desc limit 1
$$;
create function pg_temp.moves(trade text) returns text language sql as $$
  select string_agg(concat(coalesce(from_status, ''), '>', to_status), ' ' order by seq, part) from state_transitions where trade_id = trade
$$;

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.quote('AAPL', 99, 101);

-- Opened, scaled in, scaled out, closed.
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null;
select is(pg_temp.newest(), 'long OPEN 10 100 0 -1', 'the first fill opens it');
select set_config('tests.first', trade_id, true) from trades;
select tests.trade('alice', 'AAPL', 'buy', 10, 110, fee => 1) is not null;
select is(pg_temp.newest(), 'long OPEN 20 105 0 -2', 'a further one scales it in');
select tests.trade('alice', 'AAPL', 'sell', 5, 125, fee => 1) is not null;
select is(pg_temp.newest(), 'long OPEN 20 105 5 125 97', 'an opposite one scales it out');
select is((select open_quantity from trades), 15::numeric, 'the rest is open');
select tests.trade('alice', 'AAPL', 'sell', 15, 95, fee => 1) is not null;
select is(pg_temp.newest(), 'long CLOSED 20 105 20 102.5 -54 order', 'flat closes it');
select is((select realized_pnl::numeric from positions), (select realized_pnl::numeric from trades), 'gross, it is what the position realized');
select is(pg_temp.moves(current_setting('tests.first')), '>OPEN OPEN>OPEN OPEN>OPEN OPEN>CLOSED', 'each move is told');
select results_eq($$ select distinct cause, actor from state_transitions $$, $$ values ('order_filled', 'venue') $$, 'with its cause and its actor');
select is((select count(*) from executions where trade_id = current_setting('tests.first')), 4::bigint, 'and each execution is of it');

-- A reversal ends one and begins the other: a trade never changes sign.
select tests.trade('alice', 'MSFT', 'sell', 5, 50) is not null;
select is(pg_temp.newest(), 'short OPEN 5 50 0 0', 'a short trade');
select set_config('tests.short', trade_id, true) from trades where symbol = 'MSFT';
select tests.trade('alice', 'MSFT', 'buy', 8, 40) is not null;
select results_eq($$ select direction::text, status::text, entry_quantity::numeric, net_pnl from trades where symbol = 'MSFT' order by opened_at, status $$,
  $$ values ('short', 'CLOSED', 5::numeric, 50::numeric), ('long', 'OPEN', 3, 0) $$, 'rule 2: crossing zero ends it, and begins another');
select is(pg_temp.moves(current_setting('tests.short')), '>OPEN OPEN>CLOSED', 'the one''s moves');
select is(pg_temp.moves((select trade_id from trades where symbol = 'MSFT' and direction = 'long')), '>OPEN', 'and the other''s, by the same event');

-- A partial entry, completed; and one that ends.
select set_config('tests.part', tests.pending('bob', 'AAPL', 'buy', 10), true);
select tests.fill(current_setting('tests.part'), 4, 100);
select is(pg_temp.newest(), 'long PARTIALLY_FILLED 4 100 0 0', 'a partial entry');
select tests.fill(current_setting('tests.part'), 6, 101);
select is(pg_temp.newest(), 'long OPEN 10 100.6 0 0', 'completed');
select set_config('tests.bobs', trade_id, true) from trades where username = 'bob';
select is(pg_temp.moves(current_setting('tests.bobs')), '>PARTIALLY_FILLED PARTIALLY_FILLED>OPEN', 'and its moves');

-- Strategies are trades of their own.
select tests.trade('bob', 'AAPL', 'sell', 4, 102, strategy => 'other') is not null;
select is((select count(*) from trades where username = 'bob' and status = 'OPEN'), 2::bigint, 'rule 1: a strategy is a position of its own');

-- An option that settles at nothing has expired.
select is((select o.status::text from portfolios as p, trades as t, settle_trade(p, t, 0, 'settlement', 'expired') as o
           where p.username = 'bob' and t.trade_id = current_setting('tests.bobs')), 'FILLED', 'a trade is settled');
select results_eq($$ select status::text, exit_reason, net_pnl from trades where trade_id = current_setting('tests.bobs') $$,
  $$ values ('EXPIRED', 'expired', -1006::numeric) $$, 'at nothing: EXPIRED');

-- Rule 16: best and worst since entry, at what it could have been closed at.
select tests.trade('bob', 'SAP', 'buy', 2, 100) is not null;
select tests.quote('SAP', 90, 92), tests.quote('SAP', 130, 132), tests.quote('SAP', 200, 100), tests.quote('SAP', 110, 112);
select tests.trade('bob', 'SAP', 'buy', 2, 112) is not null;
select results_eq($$ select mfe::numeric, mae::numeric from trades where symbol = 'SAP' $$, $$ values (60::numeric, -20::numeric) $$,
  'excursions are stored as it is scaled; a crossed quote is none');
select tests.quote('SAP', 150, 152);
select results_eq($$ select mfe::numeric, mae::numeric from trade_history where symbol = 'SAP' $$, $$ values (176::numeric, -20::numeric) $$, 'and reckoned as they are read');
select is((select mfe::numeric from trades where symbol = 'SAP'), 60::numeric, 'no quote writes to trades');

select is_empty('select * from differences()', 'state is what the facts say');
select is_empty($$ select m.* from state_transitions as m
                   where m.from_status is not null and not exists (select from trade_transitions as t where (t.from_status, t.to_status) = (m.from_status, m.to_status)) $$,
  'no move that the rules don''t have');
select is_empty($$ select t.trade_id from trades as t
                   where t.status <> (select m.to_status from state_transitions as m where m.trade_id = t.trade_id order by m.seq desc, m.part desc limit 1) $$,
  'each trade stands where its last move led');
create function pg_temp.plan(statement text) returns text language plpgsql as $$
declare
  line text;
  plan text := '';
begin
  perform set_config('enable_seqscan', 'off', true);
  for line in execute 'explain ' || statement loop
    plan := plan || line;
  end loop;
  return plan;
end
$$;
select ok(plan ~ 'audit_log_trade_idx' and plan ~ 'audit_log_next_trade_idx', 'a trade''s moves are found by an index')
from pg_temp.plan($$ select * from state_transitions where username = 'alice' and trade_id = 'x' $$) as plan;

select finish();
rollback;
