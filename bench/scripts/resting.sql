-- 110,000 orders that rest far below the market, spread over all portfolios: 100,000 in other symbols, 10,000 in S1. Copies
-- of one that place_order made, since placing so many would take minutes and measure something else.
set search_path = paper_trading, shared_data, pg_temp;

select count(*)
from set_config('app.current_user', 'trader1', false) as who,
     place_order('S1', 'buy', 1, order_type => 'limit', limit_price => 1, time_in_force => 'GTC') as placed;

set session_replication_role = replica;

do $$
declare
  columns constant text := (
    select string_agg(quote_ident(a.attname), ', ')
    from pg_attribute as a
    where a.attrelid = 'orders'::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
begin
  execute format($copy$
    with placed as (
      select to_jsonb(o) as whole from orders as o where o.username = 'trader1' and o.status = 'OPEN'
    ),
    homes as (
      select p.username, p.portfolio_id, row_number() over () - 1 as place, count(*) over () as homes from portfolios as p
    )
    insert into orders (%1$s)
    select copy.*
    from placed
    cross join generate_series(1, 110000) as n
    join homes as h on h.place = n %% h.homes
    cross join lateral (
      select %1$s
      from jsonb_populate_record(null::orders, placed.whole || jsonb_build_object(
        'username', h.username, 'portfolio_id', h.portfolio_id, 'order_id', new_id(), 'order_number', 1000000 + n,
        'symbol', case when n %% 11 = 0 then 'S1' else 'S' || 2 + n %% 999 end))
    ) as copy $copy$, columns);
end
$$;

reset session_replication_role;
reset search_path;
select set_config('app.current_user', '', false);
vacuum analyze paper_trading.orders;
