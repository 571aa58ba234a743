-- Books what a locked portfolio opens with, at its opening and after a reset: money as it is, and an amount of a spot
-- instrument's base as an opening execution at its mark, paid with money that came in for it. Where a base is traded
-- against several currencies, the portfolio's own counts, else the first by symbol that has a mark.
-- Raises TB503 nothing marks an amount.

create function book_opening(home portfolios, kind text, note text)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  opens  record;
  wanted orders;
begin
  for opens in
    select b.key as currency, b.value::numeric as amount, spot.symbol, spot.currency as paid_in, spot.mark
    from jsonb_each_text(home.initial_balances) as b
    left join lateral (
      select i.symbol, i.currency, trim_scale(coalesce(q.bid, q.last)) as mark
      from shared_data.instruments as i
      left join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, i.symbol)
      where (i.asset_class, i.base_currency) = ('crypto', b.key)
        and b.key <> home.base_currency
      order by coalesce(q.bid, q.last) is null, i.currency <> home.base_currency, i.symbol
      limit 1
    ) as spot on true
    order by b.key
  loop
    if opens.symbol is not null and opens.mark is null then
      raise exception using
        errcode = 'TB503',
        message = format('nothing marks %s %s: %s has no quote on %s', plain(opens.amount), opens.currency, opens.symbol,
                         home.feed),
        hint    = 'Wait for a quote, or open without it.';
    end if;

    perform book_flow(home, kind, coalesce(opens.paid_in, opens.currency),
                      trim_scale(opens.amount * coalesce(opens.mark, 1)), note);
    continue when opens.symbol is null;

    wanted := marked_order(home, opens.symbol, '', 'buy', opens.amount, 'trade', note);
    perform record_execution(wanted,
      fill_id      => wanted.order_number || ':opening',
      quantity     => wanted.quantity,
      price        => opens.mark,
      executed_at  => wanted.placed_at,
      price_source => 'mark',
      model        => jsonb_build_object('price', 'opening'));
  end loop;
end
$$;

comment on function book_opening is 'Book what a portfolio opens with: money as it is, spot at its mark.';
