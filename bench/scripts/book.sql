-- What the benchmarks trade: instruments with a quote, and traders with one rich portfolio each that holds four of them.
select count(shared_data.add_instrument('S' || n, 'equity', 'USD', price_decimals => 2, size_decimals => 0))
from generate_series(1, 1000) as n;

select shared_data.record_quotes((
  select array_agg((i.symbol, 99.99, 100.01, 100, null, clock_timestamp(), null, null)::shared_data.quote)
  from shared_data.instruments as i));

set search_path = paper_trading, shared_data, pg_temp;

do $$
declare
  trader text;
begin
  for n in 1 .. current_setting('bench.portfolios')::integer loop
    trader := 'trader' || n;
    perform identity.register_user(username => trader, email => trader || '@example.com');
    perform set_config('app.current_user', trader, true);
    perform open_portfolio('main', initial_balances => '{"USD": 1000000000000}', max_quote_age => interval '10 years');
    perform place_order('S' || s, 'buy', 1000000) from generate_series(1, 4) as s;
    perform set_config('app.current_user', '', true);
  end loop;
end
$$;

reset search_path;
