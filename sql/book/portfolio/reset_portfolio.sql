-- Begins a portfolio anew, on paper: cancels what waits, ends every trade at its mark, or where nothing marks it at
-- its average, books what is left out and what it opened with in again, and starts a new session. Nothing is lost,
-- and numbers go on.
-- Raises TB400 which portfolio?, TB401 no user, TB403 not on paper, TB404 not visible, TB422 closed, or too often,
-- TB503 nothing marks the spot that it opened with.

create function reset_portfolio(portfolio text default null, reason text default 'reset')
  returns portfolios
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home  portfolios;
  trade record;
  was   integer;
begin
  if book() <> 'paper' then
    raise exception using
      errcode = 'TB403',
      message = 'only paper can be begun anew',
      hint    = 'Real money can''t be reset. flatten closes everything.';
  end if;

  home := lock_portfolio(reset_portfolio.portfolio);
  was  := home.session;

  if (select count(*) from sessions as s
      where (s.username, s.portfolio_id, s.is_reset) = (home.username, home.portfolio_id, true)
        and s.created_at > now() - interval '1 day') >= 10 then
    raise exception using
      errcode = 'TB422',
      message = format('portfolio %s was reset ten times within a day', home.name),
      hint    = 'Wait, or open another portfolio.';
  end if;

  perform cancel_orders(home, 'reset');

  for trade in
    select t as of, coalesce(m.mark, abs(s.average_price)) as price
    from trades as t
    join positions as s using (username, portfolio_id, symbol, strategy)
    left join open_positions as m using (username, portfolio_id, symbol, strategy)
    where (t.username, t.portfolio_id) = (home.username, home.portfolio_id)
      and t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
    order by t.direction desc, t.symbol, t.strategy
  loop
    perform settle_trade(home, trade.of, trade.price, 'mark', 'reset');
  end loop;

  perform append_event(home.username, home.portfolio_id, 'PAPER_RESET', home.username, jsonb_build_object(
    'session', was::text, 'reason', coalesce(reset_portfolio.reason, 'reset')));
  home := next_session(home, null, 'reset', is_reset => true);

  perform book_flow(home, 'reset', b.currency, -b.amount, 'what was left')
  from balances as b
  where (b.username, b.portfolio_id) = (home.username, home.portfolio_id)
    and b.amount <> 0
  order by b.currency;

  perform book_opening(home, 'reset', 'what it opened with');

  return (select p from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id));
end
$$;

comment on function reset_portfolio is
  'Begin a paper portfolio anew, with its first money; trades end at their marks, and nothing is lost.';
select let_traders('reset_portfolio');
