-- Sells, or buys back, what a split would leave below a lot, at the last price before it: cash in lieu.

create function pay_fractions(home portfolios, action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  held   record;
  wanted orders;
begin
  for held in
    select s.*, f.fraction, coalesce(m.price, abs(s.average_price)) as price
    from positions as s
    join shared_data.instruments as i using (symbol)
    cross join lateral (
      select round(abs(s.quantity) - floor(abs(s.quantity) * action.new_units / action.old_units / i.lot) * i.lot
                                     * action.old_units / action.new_units, 12) as fraction
    ) as f
    left join lateral (
      select coalesce(h.last, (h.bid + h.ask) / 2, h.bid, h.ask) as price
      from shared_data.market_data as h
      where (h.username, h.feed, h.symbol) = (home.feed_owner, home.feed, s.symbol)
        and h.number <= action.quote_number
        and h.kind = 'quote'
      order by h.number desc
      limit 1
    ) as m on true
    where (s.username, s.portfolio_id, s.symbol) = (home.username, home.portfolio_id, action.symbol)
      and f.fraction > 0
    order by s.strategy
  loop
    wanted := marked_order(home, held.symbol, held.strategy, case when held.quantity > 0 then 'sell' else 'buy' end,
                           held.fraction, 'close', 'cash in lieu', held.trade_id);
    wanted.effective_number := action.quote_number;
    wanted.placed_at        := action.effective_at;

    perform record_execution(wanted,
      fill_id      => wanted.order_number || ':lieu',
      quantity     => wanted.quantity,
      price        => held.price,
      executed_at  => wanted.placed_at,
      price_source => 'mark',
      quote_number => action.quote_number,
      model        => jsonb_build_object('price', 'cash in lieu'));
  end loop;
end
$$;

comment on function pay_fractions is 'Pay in cash what a split would leave below a lot.';
