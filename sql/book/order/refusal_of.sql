-- Why an order can't be taken, or null: the rules that refuse only what increases exposure, then the money for it.
-- Raises TB401 where a suspended user would increase.

create function refusal_of(home portfolios, target orders, market shared_data.market, standing shared_data.standing)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  refusal  text;
  rest     constant numeric := target.quantity - target.filled_quantity;
  increase constant numeric := increase_of(target, standing);
  value    numeric;
begin
  if target.purpose = 'trade' and market.expires_at <= market.feed_clock then
    return 'the option has expired';
  end if;

  if increase = 0 then
    return coalesce(
      case when num_nonnulls(target.stop_loss, target.take_profit) > 0
           then 'an order that reduces takes no bracket: adjust_trade changes the trade''s own' end,
      uncovered_of(home, target, market, rest, increase, standing),
      unpaid_of(home, target, rest, increase, standing));
  end if;

  if standing.user_status <> 'ACTIVE' then
    perform acting_user(must_be_active => true);
  end if;

  refusal := venue_refusal_of(home, target, market, increase);
  if refusal is not null then
    return refusal;
  end if;

  if book() = 'live' and increase < rest then
    return 'would cross zero: close the position first, then open the other way';
  end if;

  if target.side = 'sell' and num_nonnulls(target.base_currency, market.option_type) = 0
    and not (home.allow_short and market.is_shortable) then
    return format('not enough to sell: %s free, and short selling is not allowed', plain(rest - increase));
  end if;

  if standing.require_stop_loss and target.stop_loss is null
    and (standing.stop_loss is null or sign(standing.quantity) <> case target.side when 'buy' then 1 else -1 end) then
    return 'a stop loss is required';
  end if;

  if num_nonnulls(standing.max_order_value, standing.max_position_value, standing.max_daily_loss) > 0 then
    value := hold_price_of(home, target, market) * market.multiplier;

    if increase * value > standing.max_order_value then
      return format('order value limit: adds %s, limit %s', plain(increase * value), plain(standing.max_order_value));
    end if;

    if (greatest(case target.side when 'buy' then standing.quantity else -standing.quantity end, 0) + increase) * value
       > standing.max_position_value then
      return format('position value limit: %s', plain(standing.max_position_value));
    end if;

    if standing.max_daily_loss <= day_loss_of(home, target.currency, market.feed_clock) then
      return format('daily loss limit: %s', plain(standing.max_daily_loss));
    end if;
  end if;

  if home.broker = 'none' and standing.has_shorts
    and standing.cash < margin_of(home, target.currency, home.short_upkeep_percent) then
    return 'margin call';
  end if;

  return coalesce(bracket_refusal_of(target, market), uncovered_of(home, target, market, rest, increase, standing),
                  unpaid_of(home, target, rest, increase, standing));
end
$$;

comment on function refusal_of is 'Why an order is refused, or null. Raises TB401.';
