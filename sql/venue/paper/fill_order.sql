-- Fills so much of an order at a price: with the venue's fees, and with how the price came about.

create function fill_order(
    home      portfolios,
    target    orders,
    market    shared_data.market,
    standing  shared_data.standing,
    price     numeric,
    quantity  numeric,
    offered   numeric)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  liquidity constant text    := case when target.is_resting then 'maker' else 'taker' end;
  quoted    constant numeric := case target.side when 'buy' then coalesce(market.ask, market.last)
                                                 else coalesce(market.bid, market.last) end;
  slippage  constant numeric := case when target.is_resting then 0
                                     when target.side = 'buy' then greatest(price - quoted, 0)
                                     else greatest(quoted - price, 0) end;
  fee        numeric := 0;
  components jsonb;
  is_in_base boolean := false;
begin
  if market.has_fees then
    select f.fee, f.components, f.is_in_base into fee, components, is_in_base
    from fee_at(target, market, price, quantity) as f;
  end if;

  if market.source = 'mock' then
    raise warning using
      message = format('order %s filled at a made-up price of %s', target.order_id, price),
      hint    = 'The portfolio allows mock prices, and there was no other.';
  end if;

  return record_execution(target,
    fill_id        => concat_ws(':', target.order_number, coalesce(market.number::text, market.source),
                                nullif(target.filled_quantity, 0)),
    quantity       => fill_order.quantity,
    price          => price,
    executed_at    => filled_at(target, market),
    price_source   => market.source,
    fee            => fee,
    fee_components => components,
    fee_currency   => case when is_in_base then target.base_currency end,
    slippage       => slippage,
    liquidity      => liquidity,
    quote_number   => market.number,
    available      => offered,
    model          => jsonb_build_object(
      'price', case when target.is_resting then 'limit'
                    when case target.side when 'buy' then market.ask else market.bid end is null then 'last'
                    else 'quote' end,
      'slippage_percent', plain(home.slippage_percent))
      || case when offered is null then '{}'
              else jsonb_build_object('max_participation', plain(home.max_participation)) end,
    standing       => standing);
end
$$;

comment on function fill_order is 'Fill so much of an order at a price, with fees.';
