-- The price at which a side would trade at a quote: buy at the ask, sell at the bid; where that is missing, at the last
-- price with slippage, in percent against the order. Rounded to the tick, against the order.
-- Null where nothing is known.

create function shared_data.price_at(
    side              text,
    bid               numeric,
    ask               numeric,
    last              numeric,
    slippage_percent  numeric,
    tick              numeric)
  returns numeric
  language sql immutable parallel safe
  return trim_scale(case
    when side = 'buy' and coalesce(ask, last) > 0
      then greatest(ceil(coalesce(ask, last * (1 + slippage_percent / 100)) / tick), 1) * tick
    when side = 'sell' and coalesce(bid, last) > 0
      then greatest(floor(coalesce(bid, last * (1 - slippage_percent / 100)) / tick), 1) * tick
  end);

comment on function shared_data.price_at is
  'The price at which a side would trade at a quote, rounded to the tick against it.';
select shared_data.let_only('shared_data.price_at', 'twinbook_engine');
