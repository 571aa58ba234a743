-- How many units of an underlying are free to cover another short call: what is held of it long, less what open orders
-- sell of that, less what the short calls on it need, those that open orders would sell among them. Below zero where
-- calls are uncovered.

create function covering_of(home portfolios, underlying text, but_for text default null)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return
    (select coalesce(sum(s.quantity), 0)
     from positions as s
     where (s.username, s.portfolio_id, s.symbol) = (home.username, home.portfolio_id, covering_of.underlying)
       and s.quantity > 0)
    + (select coalesce(sum(s.quantity * s.multiplier), 0)
       from positions as s
       join shared_data.instruments as i using (symbol)
       where (s.username, s.portfolio_id) = (home.username, home.portfolio_id)
         and (i.underlying, i.option_type) = (covering_of.underlying, 'call')
         and s.quantity < 0)
    - (select coalesce(sum(case when i.option_type = 'call'
                                then (o.quantity - o.filled_quantity - o.held_quantity) * i.multiplier
                                else o.held_quantity end), 0)
       from orders as o
       join shared_data.instruments as i using (symbol)
       where o.username = home.username
         and o.status in ('OPEN', 'PARTIALLY_FILLED')
         and (o.portfolio_id, o.side) = (home.portfolio_id, 'sell')
         and o.purpose in ('trade', 'close')
         and o.order_id is distinct from but_for
         and (o.symbol = covering_of.underlying
           or (i.underlying, i.option_type) = (covering_of.underlying, 'call')));
end
$$;

comment on function covering_of is 'How many units of an underlying are free to cover another short call.';
