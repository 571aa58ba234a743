-- Changes what is given of a portfolio's settings, and leaves the rest. Orders that are placed keep their terms; but
-- once short selling is off, none that waits sells short any more.
-- Raises TB400 bad argument, TB401 no user, TB404 not visible, TB409 stale version, TB422 closed.

create function edit_portfolio(
    portfolio          text,
    expected_version   integer,
    slippage_percent   numeric   default null,
    fill_delay_ms      integer   default null,
    max_quote_age      interval  default null,
    max_history_age    interval  default null,
    allow_short        boolean   default null,
    allow_mock_prices  boolean   default null,
    fee_venue          text      default null,
    partial_fills      boolean   default null,
    max_participation  numeric   default null,
    touch_fill_percent numeric   default null)
  returns portfolios
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home portfolios := lock_portfolio(edit_portfolio.portfolio);
begin
  perform expect_version('portfolio ' || home.name, home.version, edit_portfolio.expected_version);

  update portfolios as p
  set slippage_percent  = coalesce(edit_portfolio.slippage_percent,  p.slippage_percent),
      fill_delay_ms     = coalesce(edit_portfolio.fill_delay_ms,     p.fill_delay_ms),
      max_quote_age     = coalesce(edit_portfolio.max_quote_age,     p.max_quote_age),
      max_history_age   = coalesce(edit_portfolio.max_history_age,   p.max_history_age),
      allow_short       = coalesce(edit_portfolio.allow_short,       p.allow_short),
      allow_mock_prices = coalesce(edit_portfolio.allow_mock_prices, p.allow_mock_prices),
      fee_venue         = coalesce(edit_portfolio.fee_venue,         p.fee_venue),
      partial_fills     = coalesce(edit_portfolio.partial_fills,     p.partial_fills),
      max_participation = coalesce(edit_portfolio.max_participation, p.max_participation),
      touch_fill_percent = coalesce(edit_portfolio.touch_fill_percent, p.touch_fill_percent),
      version           = p.version + 1
  where (p.username, p.portfolio_id) = (home.username, home.portfolio_id)
  returning p.* into home;

  perform append_event(home.username, home.portfolio_id, 'portfolio_edited', home.username, portfolio_settings(home));

  select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  return home;
exception
  when check_violation then
    raise exception using errcode = 'TB400', message = 'these settings make no sense', detail = sqlerrm;
end
$$;

comment on function edit_portfolio is 'Change how a portfolio''s later orders are priced and filled.';
select let_traders('edit_portfolio');
