-- Takes an order back from the market: at once, since nobody else has it.

create function withdraw_order(target orders, reason text, actor text, ended_at timestamptz default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
begin
  return end_order(target, 'CANCELED', reason, actor, ended_at);
end
$$;

comment on function withdraw_order is 'Take an order back from the market.';
