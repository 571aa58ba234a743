-- Matching loses nothing: a resting order enters itself, what was skipped is caught up in order, at the quotes' own prices, by
-- whoever next takes the portfolio: a verb, a quote or the sweep.
begin;
select plan(25);

create function pg_temp.newest() returns text language sql as $$
  select format('%s %s', status, plain(average_price)) from orders order by order_number desc limit 1
$$;
create function pg_temp.missed(variadic lasts numeric[]) returns void language plpgsql as $$
declare
  first bigint;
  price numeric;
begin
  select newest_number + 1 into first from shared_data.feeds where name = 'tape';
  foreach price in array lasts loop
    update shared_data.feeds set newest_number = newest_number + 1, newest_at = newest_at + interval '1 second' where name = 'tape';
    insert into shared_data.market_data (username, feed, number, kind, symbol, bid, ask, quoted_at, feed_time)
    select 'market', 'tape', newest_number, 'quote', 'AAPL', price, price + 1, newest_at, newest_at from shared_data.feeds where name = 'tape';
  end loop;
  perform leave_unmatched(p.username, p.portfolio_id, array['AAPL'], first, 'skipped', p.feed_owner, p.feed) from portfolios as p;
end
$$;

-- Quotes that came while somebody else held the portfolio: kept as history, the portfolio left to be matched.

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 100);
select tests.act_as('alice', 'paper');

select set_config('tests.limit', (place_order('AAPL', 'buy', 10, 'limit', 95, time_in_force => 'GTC')).order_id, true);
select results_eq('select symbol, from_number, cause from unmatched', $$ values ('AAPL', 2::bigint, 'placed') $$,
  'a resting order enters itself: its quote may come before it commits');
select lives_ok($$ select edit_portfolio('main', 1, slippage_percent => 0) $$, 'a verb in between');
select results_eq('select symbol, from_number, cause from unmatched', $$ values ('AAPL', 2::bigint, 'placed') $$,
  'leaves that to a quote, which alone knows that none is under way');
select tests.quote('AAPL', 99, 100);
select is_empty('select * from unmatched', 'the next quote takes it out');

-- A verb catches up first, then acts: a cancel that comes too late finds the order filled.
select tests.act_as_installer();
select pg_temp.missed(94, 98);
select tests.act_as('alice', 'paper');
select throws_ok($$ select cancel_order(current_setting('tests.limit')) $$, 'TB422', null,
  'nobody cancels what a quote had filled by then');
select is((select count(*) from cancel_all()), 0::bigint, 'so there is nothing left to cancel');
select results_eq('select status::text, average_price from orders', $$ values ('FILLED', 95::numeric) $$,
  'it filled, as it would have');
select results_eq('select quote_number, executed_at from executions', $$ values (3::bigint, timestamptz '2026-03-02 15:00:02+00') $$,
  'at the first quote that reached it, at that quote''s time');

-- In order, at their own prices: a stop that was crossed while its user idled, though the price came back.
select place_order('AAPL', 'sell', 10, 'stop', stop_price => 90, time_in_force => 'GTC') is not null;
select tests.act_as_installer();
select pg_temp.missed(91, 85, 80, 120);
select tests.quote('AAPL', 130, 131);
select tests.act_as('alice', 'paper');
select is(pg_temp.newest(), 'FILLED 85', 'a held lock is no free option: the stop sold where it was crossed');
select is_empty('select * from unmatched', 'and the next quote worked it off');

select tests.quote('AAPL', 99, 100);
select place_order('AAPL', 'buy', 10, 'limit', 95, time_in_force => 'GTC') is not null;
select tests.act_as_installer();
select pg_temp.missed(94, 98);
set local role twinbook_market_data;
select is(shared_data.sweep(), 1, 'the sweep goes through the portfolios that have something left');
select is(shared_data.sweep(), 0, 'and then there is nothing left');
select tests.act_as_installer();
select is(pg_temp.newest(), 'FILLED 95', 'it works it off too');

-- What a portfolio is left to be matched with may begin before an order: it is matched only with what came after it.
select tests.quote('AAPL', 99, 100);
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 70, time_in_force => 'GTC')), 'OPEN',
  'one order');
select tests.act_as_installer();
select pg_temp.missed(60);
delete from unmatched;
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 90, time_in_force => 'GTC')), 'OPEN',
  'and another');
select tests.act_as_installer();
select leave_unmatched(username, portfolio_id, '{AAPL}', 1, 'skipped', feed_owner, feed) from portfolios;
select is(shared_data.sweep() > 0, true, 'left to be matched from the first quote on');
select results_eq('select limit_price::numeric, status::text from orders order by order_number desc limit 2',
  $$ values (90::numeric, 'OPEN'), (70, 'FILLED') $$, 'the quote between them fills the first, and not the second');
select is((select status::text from cancel_all()), 'CANCELED', 'she gives up') from set_config('app.current_user', tests.says('alice', book()), true);

-- While a feed is silent, what an order entered stays.
select tests.act_as('alice', 'paper');
select shared_data.open_feed('silent') is not null, (open_portfolio('silent', feed => 'silent')).name is not null;
select is((select status::text from place_order('AAPL', 'buy', 1, 'limit', 90, portfolio => 'silent')), 'OPEN',
  'an order on a feed without a quote');
select lives_ok($$ select edit_portfolio('silent', 1, slippage_percent => 0) $$, 'a verb in between');
select results_eq($$ select from_number, cause from unmatched where feed = 'silent' $$,
  $$ values (1::bigint, 'placed') $$,
  'loses nothing');

select tests.act_as_installer();
-- A quote that nobody was told of is found by no order from after it.
select pg_temp.missed(80);
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 90, time_in_force => 'GTC')), 'OPEN',
  'a quote from before it fills it not');
select throws_ok('select shared_data.sweep()', '42501', null, 'the sweep isn''t an application''s');
select throws_ok($$ select match_quotes('market', 'tape', 1) $$, '42501', null, 'nor is matching');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
