-- A bracket in a split's new terms: each price on the tick that is further out, so that the two never meet; null stays
-- null.

create function adjusted_bracket(
    enters             text,
    ratio              numeric,
    tick               numeric,
    inout stop_loss    numeric,
    inout take_profit  numeric)
  language plpgsql immutable
  set search_path from current
as $$
declare
  lower numeric := round(case enters when 'buy' then stop_loss else take_profit end * ratio / tick, 9);
  upper numeric := round(case enters when 'buy' then take_profit else stop_loss end * ratio / tick, 9);
begin
  lower := trim_scale(greatest(floor(lower), case when lower is not null then 1 end) * tick);
  upper := trim_scale(greatest(ceil(upper) * tick, case when upper is not null then lower + tick end));

  stop_loss   := case enters when 'buy' then lower else upper end;
  take_profit := case enters when 'buy' then upper else lower end;
end
$$;

comment on function adjusted_bracket is 'A bracket in a split''s new terms, on the tick, its two prices apart.';
