-- How much of an order's rest can fill where a quote offers so much: what only closes a trade, no more than is open,
-- and of spot no more than there is; FOK everything or nothing.

create function fillable_of(target orders, standing shared_data.standing, offered numeric)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
declare
  rest numeric := target.quantity - target.filled_quantity;
begin
  if target.purpose <> 'trade' then
    rest := least(rest, greatest(case target.side when 'sell' then standing.quantity else -standing.quantity end, 0),
                  case when target.hold_currency <> target.currency then greatest(standing.base_cash, 0) end);
  end if;

  return case when target.time_in_force = 'FOK' and offered < rest then 0 else least(rest, offered) end;
end
$$;

comment on function fillable_of is 'How much of an order''s rest can fill where a quote offers so much.';
