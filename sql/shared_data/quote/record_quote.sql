-- Feeds one quote into a shared feed, and returns the latest quote of its symbol: this one, unless it came late.
-- Raises TB400 bad argument, TB404 unknown feed or symbol.

create function shared_data.record_quote(
    symbol     text,
    bid        numeric      default null,
    ask        numeric      default null,
    last       numeric      default null,
    volume     numeric      default null,
    quoted_at  timestamptz  default clock_timestamp(),
    bid_size   numeric      default null,
    ask_size   numeric      default null,
    feed       text         default 'realtime')
  returns shared_data.quotes
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  latest quotes;
begin
  perform shared_data.take_quotes('market', record_quote.feed, array[
    (record_quote.symbol, record_quote.bid, record_quote.ask, record_quote.last, record_quote.volume,
     record_quote.quoted_at, record_quote.bid_size, record_quote.ask_size)::quote]);

  select q.* into latest
  from quotes as q
  where (q.username, q.feed, q.symbol) = ('market', record_quote.feed, record_quote.symbol);
  return latest;
end
$$;

comment on function shared_data.record_quote is 'Feed one quote into a shared feed. For market data''s role.';
select shared_data.let_only('shared_data.record_quote', 'twinbook_market_data');
