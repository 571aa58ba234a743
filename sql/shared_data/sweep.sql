-- The periodic sweep: settles options, works off what couldn't be matched at once, and expires DAY orders whose close
-- has passed.
-- Returns how many portfolios it went through.

create function shared_data.sweep()
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  perform shared_data.expire_instruments();
  return paper_trading.sweep_portfolios();
end
$$;

comment on function shared_data.sweep is
  'Work off what matching had to skip, and expire what is past its day: run it every few seconds. '
  'For market data''s role.';
select shared_data.let_only('shared_data.sweep', 'twinbook_market_data');
