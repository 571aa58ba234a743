-- Settles the options whose last close has passed, on paper, by each portfolio's feed's clock, but not beyond a
-- moment: in cash where they are in the money, otherwise at nothing. Doing it again does nothing. Live, the broker
-- settles them. Returns how many trades ended.

create function shared_data.expire_instruments(as_of timestamptz default 'infinity')
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return paper_trading.expire_portfolios(coalesce(as_of, 'infinity'));
end
$$;

comment on function shared_data.expire_instruments is
  'Settle options whose last close has passed, on paper; returns how many trades ended. The sweep does it too. '
  'For market data''s role.';
select shared_data.let_only('shared_data.expire_instruments', 'twinbook_market_data');
