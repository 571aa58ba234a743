-- Purges a trade that was canceled and never filled, its price snapshots with it; its orders and its events stay.
-- Returns it as it was.
-- Raises TB401 no user, TB404 not visible, TB422 it isn't canceled.

create function purge_trade(trade_id text)
  returns trades
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  me    text := acting_user(must_be_active => false);
  trade trades;
begin
  perform
  from trades as t
  join portfolios as p using (username, portfolio_id)
  where (t.username, t.trade_id) = (me, purge_trade.trade_id)
  for no key update of p;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('trade %s does not exist', purge_trade.trade_id),
      hint    = 'It may belong to another user or to the other book.';
  end if;

  delete from trades as t
  where (t.username, t.trade_id) = (me, purge_trade.trade_id)
    and t.status = 'CANCELED'
  returning t.* into trade;

  if not found then
    raise exception using
      errcode = 'TB422',
      message = format('trade %s isn''t canceled', purge_trade.trade_id),
      hint    = 'Only a trade that was canceled and never filled can be purged; everything else is kept.';
  end if;

  perform append_event(trade.username, trade.portfolio_id, 'trade_purged', me,
                       jsonb_build_object('trade_id', trade.trade_id, 'symbol', trade.symbol));
  return trade;
end
$$;

comment on function purge_trade is 'Purge a trade that was canceled and never filled; its orders and events stay.';
select let_traders('purge_trade');
