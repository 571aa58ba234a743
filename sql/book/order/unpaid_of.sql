-- Why there is nothing to pay an order with, or null. What reduces pays by itself; spot is paid in full, in money or in
-- itself, since both of its legs are money. What a broker's account can pay is in venue_refusal_of.

create function unpaid_of(
    home      portfolios,
    target    orders,
    rest      numeric,
    increase  numeric,
    standing  shared_data.standing)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  is_spot constant boolean := target.base_currency is not null;
  needed  constant numeric := case when is_spot then rest else increase end * target.hold_unit + target.hold_fee;
  free    numeric;
begin
  if home.broker <> 'none' or target.purpose <> 'trade' or (increase = 0 and not is_spot) then
    return null;
  end if;

  free := case when target.hold_currency = target.currency then free_of(home, target, standing)
               else standing.base_free + target.held_amount end;

  return case
    when needed <= free then null
    when target.hold_currency = target.currency
      then format('insufficient funds: needs %s %s, %s free', plain(needed), target.currency, plain(greatest(free, 0)))
    else format('not enough to sell: %s %s free', plain(greatest(free, 0)), target.base_currency)
  end;
end
$$;

comment on function unpaid_of is 'Why there is nothing to pay an order with, or null.';
