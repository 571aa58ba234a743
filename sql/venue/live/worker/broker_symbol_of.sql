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

-- What we call what a broker's account holds: an instrument, or of spot the pair that trades it for the currency that
-- most is paid in. Null where no instrument of ours is that.
create function symbol_held(broker text, name text)
  returns text
  language plpgsql stable
  set search_path from current
as $$
begin
  return (
    select i.symbol
    from shared_data.instruments as i
    where i.symbol = symbol_of(symbol_held.broker, symbol_held.name)
       or (i.asset_class = 'crypto'
           and (i.base_currency = symbol_held.name
                or broker_symbol_of(symbol_held.broker, i.symbol) = symbol_held.name || i.currency))
    order by i.symbol <> symbol_of(symbol_held.broker, symbol_held.name), i.currency <> 'USD', i.symbol
    limit 1);
end
$$;

comment on function symbol_held is 'What we call what a broker''s account holds; null for what no instrument is.';
