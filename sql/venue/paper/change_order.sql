-- Replaces an order's terms at once, and lets it meet the market anew.

create function change_order(wanted orders, home portfolios, market shared_data.market)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  changed constant orders := apply_terms(wanted);
begin
  return route_order(changed, home, market, standing_of(changed));
end
$$;

comment on function change_order is 'Replace an order''s terms, and let it meet the market anew.';
