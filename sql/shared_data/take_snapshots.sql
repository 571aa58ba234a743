-- Takes snapshots in both books: of what has changed since the last ones, in one statement a book. Returns how many
-- portfolios were taken; one that somebody holds is taken the next time.

create function shared_data.take_snapshots()
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return paper_trading.snapshot_portfolios() + live_trading.snapshot_portfolios();
end
$$;

comment on function shared_data.take_snapshots is
  'Take snapshots of what every portfolio, position and open trade is worth: run it every minute or so. '
  'For market data''s role.';
select shared_data.let_only('shared_data.take_snapshots', 'twinbook_market_data');
