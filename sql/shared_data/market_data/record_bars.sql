-- Keeps bars as price history of a shared feed; they move no price. Returns how many were new.
-- Raises TB400 with the bar's place, TB404 unknown feed or symbol.

create function shared_data.record_bars(bars shared_data.bar[], feed text default 'realtime')
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_bars('market', record_bars.feed, record_bars.bars);
end
$$;

comment on function shared_data.record_bars is 'Keep bars as price history of a shared feed. For market data''s role.';
select shared_data.let_only('shared_data.record_bars', 'twinbook_market_data');
