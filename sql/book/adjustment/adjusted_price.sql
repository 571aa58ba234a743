-- A price in a split's new terms, on the tick, and above zero; null stays null.

create function adjusted_price(price numeric, ratio numeric, tick numeric)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
begin
  return case when price is not null then trim_scale(greatest(round(price * ratio / tick), 1) * tick) end;
end
$$;

comment on function adjusted_price is 'A price in a split''s new terms, on the tick.';
