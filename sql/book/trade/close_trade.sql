-- Closes a trade at the market, or a part of it, with an order that only reduces, and returns that order. With all of
-- it, what still waits to enter is canceled. Limits, halts and confirmations don't stand in its way; without a price
-- it is REJECTED.
-- Raises TB400 bad quantity, TB401 no user, TB404 not visible, TB409 stale version, TB422 ended, not entered, or
-- closing.

create function close_trade(
    trade_id          text,
    quantity          numeric  default null,
    reason            text     default 'manual',
    expected_version  integer  default null)
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
  trade  trades;
begin
  select * into locked from lock_trade(close_trade.trade_id, close_trade.expected_version);
  trade := locked.trade;

  if trade.status = 'PENDING' then
    raise exception using
      errcode = 'TB422',
      message = format('trade %s isn''t entered yet', trade.trade_id),
      hint    = 'cancel_order ends the order that would enter it, and the trade with it.';
  end if;

  return close_position(locked.home, trade, close_trade.quantity, coalesce(close_trade.reason, 'manual'));
end
$$;

comment on function close_trade is
  'Close a trade at the market, or a part of it; returns the order that closes. All of it, if no quantity is given.';
select let_traders('close_trade');
