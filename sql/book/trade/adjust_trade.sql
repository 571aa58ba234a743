-- Changes a trade's bracket: what is given replaces, what isn't stays, and drop_stop_loss or drop_take_profit takes
-- an exit back. What waits to enter it enters with the new one. A new price counts from the next quote on.
-- Raises TB400 bad argument, TB401 no user, TB404 not visible, TB409 stale version, TB422 it has ended, or wrong
-- side.

create function adjust_trade(
    trade_id          text,
    expected_version  integer,
    stop_loss         numeric  default null,
    take_profit       numeric  default null,
    drop_stop_loss    boolean  default false,
    drop_take_profit  boolean  default false)
  returns trades
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked  record;
  home    portfolios;
  trade   trades;
  market  shared_data.market;
  price   numeric;
  waiting jsonb;
begin
  if adjust_trade.expected_version is null then
    raise exception using
      errcode = 'TB400',
      message = 'which version do you adjust?',
      hint    = 'Pass the version that you read as expected_version.';
  end if;

  if num_nonnulls(adjust_trade.stop_loss, adjust_trade.take_profit) = 0 and not (drop_stop_loss or drop_take_profit)
    or (adjust_trade.stop_loss is not null and drop_stop_loss)
    or (adjust_trade.take_profit is not null and drop_take_profit)
    or least(adjust_trade.stop_loss, adjust_trade.take_profit) <= 0
    or shared_data.too_much(greatest(adjust_trade.stop_loss, adjust_trade.take_profit)) then
    raise exception using
      errcode = 'TB400',
      message = 'what shall the bracket be?',
      hint    = 'Give stop_loss or take_profit above zero, or drop one with drop_stop_loss or drop_take_profit; '
                'not both of one.';
  end if;

  select * into locked from lock_trade(adjust_trade.trade_id, adjust_trade.expected_version);
  home   := locked.home;
  trade  := locked.trade;
  market := market_at(home, trade.symbol);

  trade.stop_loss   := case when not drop_stop_loss
                            then coalesce(trim_scale(adjust_trade.stop_loss), trade.stop_loss) end;
  trade.take_profit := case when not drop_take_profit
                            then coalesce(trim_scale(adjust_trade.take_profit), trade.take_profit) end;
  price := case trade.direction when 'long' then coalesce(market.bid, market.last)
                                else coalesce(market.ask, market.last) end;

  if trade.stop_loss % market.tick <> 0 or trade.take_profit % market.tick <> 0
    or (case trade.direction when 'long' then trade.stop_loss >= trade.take_profit
                             else trade.stop_loss <= trade.take_profit end) then
    raise exception using
      errcode = 'TB400',
      message = format('this bracket makes no sense: of a %s trade the stop loss is %s the take profit', trade.direction,
                       case trade.direction when 'long' then 'below' else 'above' end),
      hint    = format('Prices are multiples of %s.', plain(market.tick));
  end if;

  if trade.open_quantity > 0 and (case trade.direction
      when 'long' then adjust_trade.stop_loss >= price or adjust_trade.take_profit <= price
      else adjust_trade.stop_loss <= price or adjust_trade.take_profit >= price end) then
    raise exception using
      errcode = 'TB422',
      message = format('trade %s stays as it was: that is on the wrong side of the market, at %s', trade.trade_id,
                       plain(price)),
      hint    = 'close_trade ends it now.';
  end if;

  if drop_stop_loss and (select s.require_stop_loss from identity.settings as s where s.username = home.username) then
    raise exception using
      errcode = 'TB422',
      message = format('trade %s stays as it was: a stop loss is required', trade.trade_id),
      hint    = 'Your own settings say so.';
  end if;

  update trades as t
  set stop_loss   = trade.stop_loss,
      take_profit = trade.take_profit,
      version     = t.version + 1
  where (t.username, t.trade_id) = (trade.username, trade.trade_id)
  returning t.* into trade;

  with changed as (
    update orders as o
    set stop_loss   = case when adjust_trade.stop_loss   is null and not drop_stop_loss   then o.stop_loss end,
        take_profit = case when adjust_trade.take_profit is null and not drop_take_profit then o.take_profit end
    where o.username = trade.username
      and (o.portfolio_id, o.symbol, o.strategy) = (trade.portfolio_id, trade.symbol, trade.strategy)
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
      and o.trade_id = trade.trade_id
      and num_nonnulls(o.stop_loss, o.take_profit) > 0
    returning o.order_id, o.order_number, o.stop_loss, o.take_profit
  )
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'order_id', c.order_id, 'stop_loss', plain(c.stop_loss), 'take_profit', plain(c.take_profit)))
         order by c.order_number)
  into waiting
  from changed as c;

  perform append_event(trade.username, trade.portfolio_id, 'trade_adjusted', trade.username, jsonb_strip_nulls(
    jsonb_build_object('trade_id', trade.trade_id, 'stop_loss', plain(trade.stop_loss),
                       'take_profit', plain(trade.take_profit), 'version', trade.version::text, 'orders', waiting)));

  perform tend_exits(trade, market.newest_number, business_time(home.feed_owner, home.feed));
  return trade;
end
$$;

comment on function adjust_trade is
  'Change a trade''s stop loss and take profit, or take one back; prices in the instrument''s currency.';
select let_traders('adjust_trade');
