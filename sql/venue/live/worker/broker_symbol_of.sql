-- What a broker calls an instrument: our own name where nobody said otherwise.

create function broker_symbol_of(broker text, symbol text)
  returns text
  language plpgsql stable
  set search_path from current
as $$
begin
  return coalesce((select b.broker_symbol from shared_data.broker_symbols as b
                   where (b.broker, b.symbol) = (broker_symbol_of.broker, broker_symbol_of.symbol)), symbol);
end
$$;

comment on function broker_symbol_of is 'What a broker calls an instrument.';

create function symbol_of(broker text, broker_symbol text)
  returns text
  language plpgsql stable
  set search_path from current
as $$
begin
  return coalesce((select b.symbol from shared_data.broker_symbols as b
                   where (b.broker, b.broker_symbol) = (symbol_of.broker, symbol_of.broker_symbol)), broker_symbol);
end
$$;

comment on function symbol_of is 'What we call what a broker calls so.';
