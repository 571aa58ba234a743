-- Ends what a locked portfolio has of a symbol that another one changes into. That symbol is new to the feed, so it can
-- only be orders that wait for its first quote, and trades at prices that no quote gave: these end at what they cost.

create function vacate_symbol(home portfolios, action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  reason  constant text := 'its symbol is another''s now';
  waiting orders;
  ended   record;
begin
  for waiting in
    select o.*
    from orders as o
    where o.username = home.username
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and (o.portfolio_id, o.symbol) = (home.portfolio_id, action.new_symbol)
      and o.purpose in ('trade', 'close')
    order by o.order_number
  loop
    perform end_order(waiting, 'CANCELED', reason, 'venue', action.effective_at);
  end loop;

  for ended in
    select t as trade, abs(s.average_price) as price
    from trades as t
    join positions as s using (username, portfolio_id, symbol, strategy)
    where (t.username, t.portfolio_id, t.symbol) = (home.username, home.portfolio_id, action.new_symbol)
      and t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING')
    order by t.strategy
  loop
    perform settle_trade(home, ended.trade, ended.price, 'mark', reason, action.effective_at);
  end loop;
end
$$;

comment on function vacate_symbol is 'End what a locked portfolio has of a symbol that another one changes into.';
