-- Why an order would leave calls uncovered, or null: a call that is sold short needs so much of its underlying, and
-- what covers calls can't be sold under them. What closes a trade is never in its way.

create function uncovered_of(
    home      portfolios,
    target    orders,
    market    shared_data.market,
    rest      numeric,
    increase  numeric,
    standing  shared_data.standing)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  free numeric;
begin
  if target.side = 'buy' or target.purpose <> 'trade' then
    return null;
  end if;

  if market.option_type = 'call' and increase > 0 then
    free := covering_of(home, market.underlying, target.order_id);
    return case when increase * market.multiplier > free
                then format('a short call is covered by its underlying: needs %s %s, %s free',
                            plain(increase * market.multiplier), market.underlying, plain(greatest(free, 0))) end;
  end if;

  if not standing.has_shorts or rest = increase then
    return null;
  end if;

  if exists (select
             from positions as s
             join shared_data.instruments as i using (symbol)
             where (s.username, s.portfolio_id) = (home.username, home.portfolio_id)
               and (i.underlying, i.option_type) = (target.symbol, 'call')
               and s.quantity < 0) then
    free := covering_of(home, target.symbol, target.order_id);
    return case when rest - increase > free
                then format('%s %s cover short calls, %s free', plain(rest - increase - greatest(free, 0)),
                            target.symbol, plain(greatest(free, 0))) end;
  end if;

  return null;
end
$$;

comment on function uncovered_of is 'Why an order would leave calls uncovered, or null.';
