-- Paper is open in either mode.

create function mode_refusal_of(home portfolios, target orders, standing shared_data.standing)
  returns text
  language plpgsql immutable
  set search_path from current
as $$
begin
  return null;
end
$$;

comment on function mode_refusal_of is 'Why the user''s mode forbids an order: never, on paper.';
