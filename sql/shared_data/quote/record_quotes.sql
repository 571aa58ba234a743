-- Feeds a batch of quotes into a shared feed. Returns the number stored.
-- Raises TB400 with the quote's place, TB404 unknown feed or symbol.

create function shared_data.record_quotes(quotes shared_data.quote[], feed text default 'realtime')
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_quotes('market', record_quotes.feed, record_quotes.quotes);
end
$$;

comment on function shared_data.record_quotes is 'Feed quotes into a shared feed. For market data''s role.';
select shared_data.let_only('shared_data.record_quotes', 'twinbook_market_data');
