-- Rules 21, 25: a backtest on bars fills on the next quote, never on the one that it decided on; a delayed order only at quotes at
-- or after its time; and the same quotes and orders give the same fills.
begin;
select plan(16);

create function pg_temp.bar(feed text, last numeric, minute integer) returns integer language sql as $$
  select shared_data.replay_quotes(feed, array[('AAPL', null, null, last, null, timestamptz '2012-01-03 15:00+00' + minute * interval '1 minute', null, null)::shared_data.quote])
$$;
create function pg_temp.newest(portfolio text) returns text language sql as $$
  select format('%s %s', o.status, plain(o.average_price)) from orders as o join portfolios as p using (username, portfolio_id)
  where p.name = portfolio order by o.order_number desc limit 1
$$;
create function pg_temp.run(run text) returns void language plpgsql as $$
begin
  perform shared_data.open_feed(run), open_portfolio(run, feed => run);
  for minute in 0 .. 30 loop
    perform pg_temp.bar(run, 100 + 7 * sin(minute)::numeric(9, 2), minute);
    if minute % 3 = 0 then
      perform place_order('AAPL', case when minute % 2 = 0 then 'buy' else 'sell' end, 5, portfolio => run);
      perform place_order('AAPL', 'buy', 5, 'limit', 95 + minute % 5, time_in_force => 'GTC', portfolio => run);
    end if;
  end loop;
end
$$;
create function pg_temp.fills(run text) returns text language sql as $$
  select string_agg(concat_ws(' ', o.order_number, e.part, e.side, plain(e.quantity), plain(e.price), plain(e.fee), e.quote_number, e.executed_at, plain(e.realized_pnl)), e'\n' order by e.seq)
  from executions as e join orders as o using (username, order_id) join portfolios as p on (p.username, p.portfolio_id) = (e.username, e.portfolio_id) where p.name = run
$$;

select tests.set_stage();
select tests.act_as('alice', 'paper');
select shared_data.open_feed('bars', 'next quote') is not null, shared_data.open_feed('ticks') is not null;
select count(open_portfolio(name, feed => feed, slippage_percent => 0, fill_delay_ms => delay))
from (values ('bars', 'bars', 0), ('slow', 'ticks', 120000)) as p (name, feed, delay);

select pg_temp.bar('bars', 100, 0);
select results_eq($$ select status::text, effective_number from place_order('AAPL', 'buy', 10, portfolio => 'bars') $$,
  $$ values ('OPEN', 1::bigint) $$,
  'a market order waits for the next quote');
select pg_temp.bar('bars', 103, 1);
select is(pg_temp.newest('bars'), 'FILLED 103', 'and fills there, not at the price that it was decided on');
select results_eq('select quote_number, executed_at from executions', $$ values (2::bigint, timestamptz '2012-01-03 15:01+00') $$,
  'at its number and time');
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 105, portfolio => 'bars')), 'OPEN',
  'so does a limit that is marketable');
select pg_temp.bar('bars', 104, 2);
select is(pg_temp.newest('bars'), 'FILLED 104', 'which fills at that quote');
select is((select status::text from place_order('AAPL', 'sell', 10, 'stop', stop_price => 104, portfolio => 'bars')), 'OPEN',
  'and a stop');
select pg_temp.bar('bars', 103, 3);
select is(pg_temp.newest('bars'), 'FILLED 103', 'which triggers and fills');

select pg_temp.bar('ticks', 100, 0);
select results_eq($$ select status::text, effective_at from place_order('AAPL', 'buy', 10, portfolio => 'slow') $$,
  $$ values ('OPEN', timestamptz '2012-01-03 15:02+00') $$,
  'fill_delay_ms: an order is effective so much later');
select pg_temp.bar('ticks', 101, 1);
select is(pg_temp.newest('slow'), 'OPEN ', 'a quote before that fills nothing');
select pg_temp.bar('ticks', 102, 2);
select is(pg_temp.newest('slow'), 'FILLED 102', 'one at that time does');
select is((select max(executed_at) from executions as e join portfolios as p using (username, portfolio_id) where p.name = 'slow'), timestamptz '2012-01-03 15:02+00',
  'then');

-- Twice the same backtest.
select pg_temp.run(run) from unnest(array['first', 'second']) as run;
select ok(length(pg_temp.fills('first')) > 100, 'a backtest trades');
select is(pg_temp.fills('first'), pg_temp.fills('second'), 'rule 25: the same quotes and orders, the same fills');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

-- A replay of 2012 moves nobody else's prices or clock.
select tests.act_as('bob', 'paper');
select is_empty($$ select * from shared_data.quotes where symbol = 'AAPL' $$, 'bob sees nothing of it');
select is((select count(*) from shared_data.feeds where newest_at is not null), 0::bigint, 'and no clock of his moved');

select tests.act_as_installer();
select finish();
rollback;
