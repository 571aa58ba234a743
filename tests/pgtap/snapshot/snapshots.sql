-- Snapshots: one call takes what has changed, facts are kept for 30 days, and excursions are stored with them.
begin;
select plan(36);

select tests.set_stage();
select tests.quote('AAPL', 99, 101, 100);
select tests.open('alice'), tests.open('bob'), tests.open('bob', 'idle');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null, tests.trade('bob', 'AAPL', 'buy', 5, 100) is not null;
select tests.quote('AAPL', 89, 91, 90), tests.quote('AAPL', 119, 121, 120), tests.quote('AAPL', 109, 111, 110);

select is(shared_data.take_snapshots(), 3, 'every portfolio is taken');
select is(shared_data.take_snapshots(), 0, 'a moment is taken once');
select results_eq(
  $$ select username, cash::numeric, equity::numeric, unrealized_pnl::numeric, feed_number from portfolio_snapshots order by username, cash $$,
  $$ values ('alice', 99000::numeric, 100090::numeric, 90::numeric, 4::bigint), ('bob', 99500, 100045, 45, 4), ('bob', 100000, 100000, 0, 4) $$,
  'a portfolio with its equity');
select results_eq(
  $$ select username, symbol, quantity::numeric, mark::numeric, market_value::numeric, unrealized_pnl::numeric from position_snapshots order by username $$,
  $$ values ('alice', 'AAPL', 10::numeric, 109::numeric, 1090::numeric, 90::numeric), ('bob', 'AAPL', 5, 109, 545, 45) $$,
  'a position with its mark');
select results_eq(
  $$ select username, price::numeric, marked_by, unrealized_pnl::numeric, mfe::numeric, mae::numeric from price_snapshots order by username $$,
  $$ values ('alice', 109::numeric, 'bid', 90::numeric, 190::numeric, -110::numeric), ('bob', 109, 'bid', 45, 95, -55) $$,
  'rule 16: a trade with its price and its excursions');
select results_eq($$ select mfe::numeric, mae::numeric, extremes_number from trades where username = 'alice' $$,
  $$ values (190::numeric, -110::numeric, 4::bigint) $$, 'which the trade stores, up to that quote');

select tests.quote('AAPL', 108, 110, 109);
select is(shared_data.take_snapshots(), 3, 'a newer quote is another moment');
select tests.trade('alice', 'AAPL', 'sell', 10, 108) is not null;
select is(shared_data.take_snapshots(), 1, 'so is an event, for its portfolio');
select is((select count(*) from position_snapshots where username = 'alice'), 2::bigint, 'what is flat has no more of them');
select is((select count(distinct taken_at) from portfolio_snapshots), 2::bigint, 'they bear the feed''s time');

-- Facts: who may, and for how long.
select is(tests.refusal(format('update %s set created_at = created_at', name)), 'TB001 ' || name, name || '_are_facts')
from unnest(array['portfolio_snapshots_default', 'position_snapshots_default', 'price_snapshots_default']) as name;
select is(tests.refusal(format('delete from %s', name)), 'TB001 ' || name || '_default', name || '_are_kept')
from unnest(array['portfolio_snapshots', 'position_snapshots', 'price_snapshots']) as name;
select is(tests.refusal(format('truncate %s', name)), 'TB001 ' || name, name || '_are_never_emptied')
from unnest(array['portfolio_snapshots', 'position_snapshots', 'price_snapshots']) as name;

select tests.act_as('alice', book());
select is((select count(*) from portfolio_snapshots where username <> 'alice'), 0::bigint, 'alice sees hers alone');
select isnt_empty('select * from price_snapshots', 'and sees them');
select throws_ok(format('select * from %I.portfolio_snapshots_default', book() || '_trading'), '42501', null, 'not past the parent''s policies');
select throws_ok('select shared_data.take_snapshots()', '42501', null, 'taking them is market data''s');
select throws_ok('select shared_data.drop_snapshots()', '42501', null, 'dropping them an administrator''s');
select throws_ok('select snapshot_portfolios()', '42501', null, 'and nobody else''s');
select throws_ok('select remove_snapshots(now())', '42501', null, 'nor this');

-- Retention.
select tests.act_as_installer();
select set_config('app.current_user', '', true);
select throws_ok($$ select shared_data.drop_snapshots('29 days') $$, 'TB400', null, 'nothing younger than 30 days is dropped');
select throws_ok($$ select shared_data.drop_snapshots(null) $$, 'TB400', null, 'nor by no age');
select is(shared_data.drop_snapshots(), 0::bigint, 'what is young stays');
insert into portfolio_snapshots (username, portfolio_id, feed_number, event_seq, session, base_currency, taken_at, created_at)
select username, portfolio_id, 1, 1, 1, 'USD', now(), now() - interval '31 days' from portfolios;
select is(shared_data.drop_snapshots('32 days'), 0::bigint, 'and what is younger than the given age');
select is(shared_data.drop_snapshots(), 3::bigint, 'the old is dropped');

-- A trade that is purged was never filled, and has none; a closed portfolio is taken no more.
select tests.act_as('bob', book());
select close_portfolio('idle') is not null;
select tests.act_as_installer();
select tests.quote('AAPL', 108, 110, 109);
select is(shared_data.take_snapshots(), 2, 'a closed portfolio is taken no more');
-- A purged trade takes its snapshots with it.
insert into trades (username, trade_id, portfolio_id, session, symbol, direction, status, asset_class, currency, multiplier, entry_order_id, placed_at)
select username, upper(book()) || '_purged', portfolio_id, session, 'MSFT', 'long', 'PENDING', asset_class, currency, multiplier, entry_order_id, placed_at from trades where username = 'alice';
update trades set status = 'CANCELED', closed_at = now(), exit_reason = 'canceled' where symbol = 'MSFT';
insert into price_snapshots (username, trade_id, feed_number, event_seq, price, marked_by, marked_at, unrealized_pnl, mfe, mae, taken_at, created_at)
select username, trade_id, 1, 1, 1, 'last', now(), 0, 0, 0, now(), now() - interval '31 days' from trades where symbol = 'MSFT';
select tests.act_as('alice', book());
select is((select (purge_trade(trade_id)).symbol from trades where symbol = 'MSFT'), 'MSFT', 'a trade is purged');
select is((select count(*) from price_snapshots where trade_id ~ 'purged'), 0::bigint, 'T-01-06 CASCADE delete removes child rows');
select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');
select is((select count(*) from pg_class as c
           where c.relname in ('portfolio_snapshots_default', 'position_snapshots_default', 'price_snapshots_default')
             and c.relnamespace = (book() || '_trading')::regnamespace and c.relforcerowsecurity), 3::bigint,
  'each leaf is closed by itself');

select finish();
rollback;
