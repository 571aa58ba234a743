-- Says what a broker calls an instrument, or corrects it. Raises TB400 bad argument, TB404 unknown symbol, TB422 the
-- broker calls another so.

create function shared_data.add_broker_symbol(broker text, symbol text, broker_symbol text)
  returns shared_data.broker_symbols
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  named broker_symbols;
begin
  insert into broker_symbols as b (broker, symbol, broker_symbol)
  values (add_broker_symbol.broker, add_broker_symbol.symbol, add_broker_symbol.broker_symbol)
  on conflict on constraint broker_symbols_pkey do update
  set broker_symbol = excluded.broker_symbol
  returning b.* into named;

  perform oversight.append_event(null, 'broker_symbol_added', jsonb_build_object(
    'broker', named.broker, 'symbol', named.symbol, 'broker_symbol', named.broker_symbol));
  return named;
exception
  when foreign_key_violation then
    raise exception using
      errcode = 'TB404',
      message = format('there is no instrument %s', add_broker_symbol.symbol),
      hint    = 'select symbol from shared_data.instruments;';
  when unique_violation then
    raise exception using
      errcode = 'TB422',
      message = format('%s calls another instrument %s', add_broker_symbol.broker, add_broker_symbol.broker_symbol);
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = 'this name makes no sense',
      detail  = sqlerrm,
      hint    = 'broker is a broker''s name in lower case; the symbol is 1 to 64 characters without spaces.';
end
$$;

comment on function shared_data.add_broker_symbol is
  'Say what a broker calls an instrument. For market data''s role.';
select shared_data.let_only('shared_data.add_broker_symbol', 'twinbook_market_data');
