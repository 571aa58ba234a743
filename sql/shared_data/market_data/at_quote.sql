-- A market as it was at a stored quote: its instrument and time stay, its price is that quote's.

create function shared_data.at_quote(market shared_data.market, stored shared_data.market_data, source text)
  returns shared_data.market
  language plpgsql immutable
  set search_path = shared_data, pg_temp
as $$
begin
  market.source    := at_quote.source;
  market.number    := stored.number;
  market.bid       := stored.bid;
  market.ask       := stored.ask;
  market.last      := stored.last;
  market.volume    := stored.volume;
  market.bid_size  := stored.bid_size;
  market.ask_size  := stored.ask_size;
  market.quoted_at := stored.quoted_at;
  return market;
end
$$;

comment on function shared_data.at_quote is 'A market as it was at a stored quote.';
select shared_data.let_only('shared_data.at_quote', 'twinbook_engine');
