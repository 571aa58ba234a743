-- What the venue charges for filling so much of an order at a price: by the rows in force at the time of the fill.

create function fee_at(
    target              orders,
    market              shared_data.market,
    price               numeric,
    quantity            numeric,
    out fee             numeric,
    out components      jsonb,
    out is_in_base      boolean)
  language plpgsql
  set search_path from current
as $$
begin
  select f.fee, f.components, f.is_in_base into fee_at.fee, fee_at.components, fee_at.is_in_base
  from shared_data.fee_of(market.fee_venue, market.asset_class, target.side,
                          case when target.is_resting then 'maker' else 'taker' end,
                          fee_at.quantity, fee_at.quantity * price * market.multiplier, market.decimals,
                          filled_at(target, market), market.base_decimals) as f;
end
$$;

comment on function fee_at is
  'What the venue charges for filling so much of an order at a price: total and components.';
