-- Replaces an open order's quantity and prices; side and symbol stay. quantity is the new total, and more than is
-- filled. The order meets the market anew; where its new terms can't be taken it stays as it was. One that a broker has
-- waits for its word, with pending_action replace.
-- Raises TB400 bad argument, TB401 no user, TB404 not visible, TB409 stale version, TB422 no longer open, or refused;
-- live, where it increases exposure, TB403 and TB428 a yes is missing.

create function replace_order(
    order_id          text,
    expected_version  integer,
    quantity          numeric  default null,
    limit_price       numeric  default null,
    stop_price        numeric  default null)
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked   record;
  home     portfolios;
  wanted   orders;
  market   shared_data.market;
  wrong    text;
  refusal  text;
begin
  if replace_order.expected_version is null then
    raise exception using
      errcode = 'TB400',
      message = 'which version do you replace?',
      hint    = 'Pass the version that you read as expected_version.';
  end if;

  select * into locked from lock_order(replace_order.order_id, replace_order.expected_version);
  home   := locked.home;
  wanted := locked.target;
  market := market_at(home, wanted.symbol);

  wrong := wrong_words(wanted.side, wanted.order_type, wanted.time_in_force,
                       coalesce(replace_order.quantity, wanted.quantity), replace_order.limit_price,
                       replace_order.stop_price, wanted.stop_loss, wanted.take_profit, wanted.strategy,
                       wanted.idempotency_key, wanted.context);

  if wrong is not null then
    perform refuse_order(wrong);
  end if;

  wanted.quantity    := trim_scale(coalesce(replace_order.quantity, wanted.quantity));
  wanted.limit_price := trim_scale(coalesce(replace_order.limit_price, wanted.limit_price));
  wanted.stop_price  := trim_scale(coalesce(replace_order.stop_price, wanted.stop_price));
  wrong              := wrong_terms(wanted, market, standing_of(wanted));

  if wrong is not null then
    perform refuse_order(wrong);
  end if;

  if wanted.quantity <= wanted.filled_quantity then
    raise exception using
      errcode = 'TB400',
      message = format('%s are filled already, so the new quantity must be more', plain(wanted.filled_quantity)),
      hint    = 'quantity is the new total. To stop here, cancel the order.';
  end if;

  if replace_order.stop_price is not null and wanted.triggered_at is not null then
    raise exception using
      errcode = 'TB422',
      message = format('order %s is triggered already', wanted.order_id),
      hint    = 'Its stop price has done its work; its limit can still be replaced.';
  end if;

  wanted.effective_number := market.newest_number;
  wanted.effective_at     := case when home.fill_delay_ms > 0 and isfinite(market.feed_clock)
                                  then market.feed_clock + home.fill_delay_ms * interval '1 millisecond' end;
  wanted                  := set_hold(home, wanted, market);
  refusal                 := refusal_of(home, wanted, market, standing_of(wanted));

  if refusal is not null then
    raise exception using
      errcode = coalesce(substring(refusal from '^(TB\d{3}): '), 'TB422'),
      message = format('order %s stays as it was: %s', wanted.order_id, regexp_replace(refusal, '^TB\d{3}: ', ''));
  end if;

  return change_order(wanted, home, market);
end
$$;

comment on function replace_order is
  'Replace an open order''s total quantity, limit or stop; on refusal it is unchanged.';
select let_traders('replace_order');
