-- How much of an order's rest increases exposure. Reducing comes first: it reduces what the position has that earlier
-- orders on its side don't take; what is beyond that increases. What closes a trade never increases.

create function increase_of(target orders, standing shared_data.standing)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
begin
  return case when target.purpose <> 'trade' then 0 else greatest(
    target.quantity - target.filled_quantity
    - greatest(case target.side when 'sell' then standing.quantity else -standing.quantity end - standing.taken, 0), 0) end;
end
$$;

comment on function increase_of is 'How much of an order''s rest increases exposure.';
