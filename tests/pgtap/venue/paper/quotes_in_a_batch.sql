-- What a quote does depends on the quotes before it, never on which came in the same batch: what a fill or a trigger
-- changes counts for the next quote already, and the feed's time never goes back.
begin;
select plan(14);

-- Quotes of a second each: symbol, price, size, seconds after the last.
create function pg_temp.batch(variadic told text[]) returns integer language plpgsql as $$
begin
  return shared_data.replay_quotes('own', (
    select array_agg((w[1], w[2]::numeric, w[2]::numeric + 1, w[2]::numeric, null, f.newest_at + (coalesce(w[4], '1') || ' seconds')::interval * place,
                      w[3]::numeric, w[3]::numeric)::shared_data.quote order by place)
    from unnest(told) with ordinality as t (line, place), lateral string_to_array(line, ' ') as w, shared_data.feeds as f
    where f.username = 'alice' and f.name = 'own'));
end
$$;
create function pg_temp.fills(wanted text) returns text language sql as $$
  select string_agg(concat_ws(' ', e.side, trim_scale(e.quantity), trim_scale(e.price)), ', ' order by e.seq)
  from executions as e join portfolios as p using (username, portfolio_id) where p.name = wanted
$$;

select tests.set_stage();
select tests.act_as('alice', 'paper');
select shared_data.open_feed('own') is not null;
select shared_data.replay_quotes('own', array[('AAPL', 100, 101, 100, null, '2026-03-02 15:00+00', null, null), ('MSFT', 50, 51, 50, null, '2026-03-02 15:00+00', null, null)]::shared_data.quote[]);
select open_portfolio('some', feed => 'own', partial_fills => true, max_participation => 100) is not null, open_portfolio('all', feed => 'own') is not null;

-- A stop that is triggered and filled in part is a market order for the next quote, wherever that stands.
select place_order('AAPL', 'buy', 30, portfolio => 'some') is not null, place_order('AAPL', 'sell', 30, 'stop', stop_price => 95, time_in_force => 'GTC', portfolio => 'some') is not null;
select is(pg_temp.batch('AAPL 94 10', 'AAPL 97 10', 'AAPL 99 40'), 3, 'a stop is reached, then the price comes back');
select is(pg_temp.fills('some'), 'buy 30 101, sell 10 94, sell 10 97, sell 10 99', 'it fills on');

-- A stop loss that a scale-in moves within the batch is reached where it is now.
select place_order('AAPL', 'buy', 10, stop_loss => 90, portfolio => 'all') is not null,
       place_order('AAPL', 'buy', 5, 'stop', stop_price => 105, time_in_force => 'GTC', stop_loss => 103, portfolio => 'all') is not null;
select is(pg_temp.batch('AAPL 105 100', 'AAPL 102 100', 'AAPL 106 100'), 3, 'up to the entry, down to its stop loss, and back');
select is(pg_temp.fills('all'), 'buy 10 100, buy 5 106, sell 15 102', 'the new stop loss is reached');

-- A quote that comes after another symbol's later one: the day is over all the same.
select is((select status::text from place_order('AAPL', 'buy', 5, 'limit', 90, portfolio => 'all')), 'OPEN', 'a DAY order');
select is(shared_data.replay_quotes('own', array[('MSFT', 50, 51, 50, null, '2026-03-02 21:00+00', null, null), ('AAPL', 88, 89, 88, null, '2026-03-02 20:59+00', null, null)]::shared_data.quote[]), 2, 'MSFT at the close, then AAPL of a minute before');
select results_eq($$ select status::text, filled_quantity::numeric from orders where limit_price = 90 $$, $$ values ('EXPIRED', 0::numeric) $$, 'its day was over with the first');

-- And a fill before the close stands.
select is((select status::text from place_order('AAPL', 'buy', 5, 'limit', 80, portfolio => 'all')), 'OPEN', 'another');
select is(shared_data.replay_quotes('own', array[('AAPL', 78, 79, 78, null, '2026-03-03 20:59+00', null, null), ('MSFT', 50, 51, 50, null, '2026-03-03 21:00+00', null, null)]::shared_data.quote[]), 2, 'the other way round');
select results_eq($$ select status::text, average_price from orders where limit_price = 80 $$, $$ values ('FILLED', 80::numeric) $$, 'it fills');

-- Late quotes keep the time that it was when they came.
select results_eq($$ select quoted_at, feed_time from shared_data.market_data where feed = 'own' order by number desc limit 3 $$,
  $$ values ('2026-03-03 21:00+00'::timestamptz, '2026-03-03 21:00+00'::timestamptz), ('2026-03-03 20:59+00', '2026-03-03 20:59+00'), ('2026-03-02 20:59+00', '2026-03-02 21:00+00') $$, 'a quote knows what time it was on its feed');
select is((select count(*) from shared_data.market_data where feed_time < quoted_at), 0::bigint, 'never before its own');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();
select is_empty('select * from unmatched where cause <> ''placed''', 'nothing is left');

select finish();
rollback;
