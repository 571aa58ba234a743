-- Why an order's bracket can't be taken at the market as it is, or null: an order without a price of its own enters at
-- the market, and its exits are on either side of that.

create function bracket_refusal_of(target orders, market shared_data.market)
  returns text
  language plpgsql immutable
  set search_path from current
as $$
declare
  price constant numeric := case target.side when 'buy' then coalesce(market.ask, market.last)
                                             else coalesce(market.bid, market.last) end;
begin
  return case
    when target.order_type <> 'market' then null
    when case target.side when 'buy' then target.stop_loss >= price else target.stop_loss <= price end
      then format('the stop loss of %s is on the wrong side of the market, at %s', plain(target.stop_loss), plain(price))
    when case target.side when 'buy' then target.take_profit <= price else target.take_profit >= price end
      then format('the take profit of %s is on the wrong side of the market, at %s', plain(target.take_profit),
                  plain(price))
  end;
end
$$;

comment on function bracket_refusal_of is 'Why an order''s bracket can''t be taken at the market as it is, or null.';
