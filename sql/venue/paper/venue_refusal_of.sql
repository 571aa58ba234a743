-- What the venue itself has against an order that increases exposure, or null: of paper, nothing.

create function venue_refusal_of(home portfolios, target orders, market shared_data.market, increase numeric)
  returns text
  language plpgsql immutable
  set search_path from current
as $$
begin
  return null;
end
$$;

comment on function venue_refusal_of is 'What the venue has against an order that increases exposure: nothing.';
