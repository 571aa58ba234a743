-- Why an order can't be taken, or null: the rules that refuse only what increases exposure, then the money for it.
-- Raises TB401 where a suspended user would increase.

create function refusal_of(home portfolios, target orders, market shared_data.market)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  exposure constant shared_data.exposure := exposure_of(home, target);
  limits   record;
  value    numeric;
  needed   numeric;
begin
  if exposure.increase = 0 then
    return null;
  end if;

  if exposure.user_status <> 'ACTIVE' then
    perform acting_user(must_be_active => true);
  end if;

  if book() = 'live' and exposure.increase < target.quantity - target.filled_quantity then
    return 'would cross zero: close the position first, then open the other way';
  end if;

  if target.side = 'sell' and not (home.allow_short and market.is_shortable) then
    return format('not enough to sell: %s free, and short selling is not allowed',
                  plain(target.quantity - target.filled_quantity - exposure.increase));
  end if;

  if exposure.short_value > 0 and exposure.cash < exposure.short_value * home.short_upkeep_percent / 100 then
    return 'margin call';
  end if;

  select s.require_stop_loss, r.max_order_value, r.max_position_value, r.max_daily_loss into limits
  from identity.settings as s
  left join identity.risk_limits as r on (r.username, r.currency) = (s.username, target.currency)
  where s.username = target.username;

  if limits.require_stop_loss then
    return 'a stop loss is required';
  end if;

  value := hold_price_of(home, target, market) * market.multiplier;

  if exposure.increase * value > limits.max_order_value then
    return format('order value limit: adds %s, limit %s', plain(exposure.increase * value), plain(limits.max_order_value));
  end if;

  if (greatest(case target.side when 'buy' then exposure.holding else -exposure.holding end, 0) + exposure.increase) * value
     > limits.max_position_value then
    return format('position value limit: %s', plain(limits.max_position_value));
  end if;

  if limits.max_daily_loss is not null and day_loss_of(home, target.currency, market.feed_clock) >= limits.max_daily_loss then
    return format('daily loss limit: %s', plain(limits.max_daily_loss));
  end if;

  needed := exposure.increase * target.hold_unit + target.hold_fee;
  if needed > exposure.available then
    return format('insufficient funds: needs %s %s, %s free', plain(needed), target.currency,
                  plain(greatest(exposure.available, 0)));
  end if;

  return null;
end
$$;

comment on function refusal_of is 'Why an order is refused, or null. Raises TB401.';
