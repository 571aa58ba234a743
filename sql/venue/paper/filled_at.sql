-- The business time of a fill at a market: that of its quote, but not before the order was placed or could fill.

create function filled_at(target orders, market shared_data.market)
  returns timestamptz
  language plpgsql immutable
  set search_path from current
as $$
begin
  return greatest(market.quoted_at, target.effective_at,
                  case when target.placed_at <= market.feed_clock then target.placed_at end);
end
$$;

comment on function filled_at is 'The business time of a fill at a market.';
