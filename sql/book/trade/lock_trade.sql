-- Locks the portfolio of a trade that its user wants to change, works off what the feed brought, and reads the trade
-- as it is then. Raises TB401 no user, TB404 not visible, TB409 stale version, TB422 it has ended.

create function lock_trade(trade_id text, expected_version integer, out home portfolios, out trade trades)
  language plpgsql
  set search_path from current
as $$
declare
  me text := acting_user(must_be_active => false);
begin
  select p.* into home
  from trades as t
  join portfolios as p using (username, portfolio_id)
  where (t.username, t.trade_id) = (me, lock_trade.trade_id)
  for no key update of p;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('trade %s does not exist', lock_trade.trade_id),
      hint    = 'It may belong to another user or to the other book.';
  end if;

  home := catch_up(home);

  select t.* into trade from trades as t where (t.username, t.trade_id) = (me, lock_trade.trade_id);

  if expected_version is not null then
    perform expect_version(format('trade %s', trade.trade_id), trade.version, expected_version);
  end if;

  if trade.closed_at is not null then
    raise exception using
      errcode = 'TB422',
      message = format('trade %s is already %s', trade.trade_id, trade.status),
      hint    = 'Read the trade again.';
  end if;
end
$$;

comment on function lock_trade is 'Lock a trade''s portfolio, and read the trade as it is then.';
