-- Brings the open orders of a symbol into a corporate action's terms: prices and what is left to fill by a split, or
-- the symbol. What was filled stays as it was. An order of which nothing is left is canceled.

create function adjust_orders(home portfolios, action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  target   orders;
  adjusted orders;
  terms    constant shared_data.instruments := (
    select i from shared_data.instruments as i where i.symbol = action.symbol);
  ratio    constant numeric := coalesce(action.old_units / action.new_units, 1);
  rest     numeric;
begin
  for target in
    select o.*
    from orders as o
    where o.username = home.username
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and (o.portfolio_id, o.symbol) = (home.portfolio_id, action.symbol)
      and (o.purpose in ('trade', 'close') or action.kind = 'symbol_change')
    order by o.order_number
  loop
    rest := case action.kind when 'split'
                 then floor((target.quantity - target.filled_quantity) / ratio / terms.lot) * terms.lot
                 else target.quantity - target.filled_quantity end;

    if rest = 0 then
      perform end_order(target, 'CANCELED', 'nothing is left of it after the split', 'venue', action.effective_at);
      continue;
    end if;

    update orders as o
    set symbol           = coalesce(action.new_symbol, o.symbol),
        quantity         = trim_scale(o.filled_quantity + rest),
        limit_price      = adjusted_price(o.limit_price, ratio, terms.tick),
        stop_price       = adjusted_price(o.stop_price, ratio, terms.tick),
        (stop_loss, take_profit) = (
          select b.stop_loss, b.take_profit
          from adjusted_bracket(o.side, ratio, terms.tick, o.stop_loss, o.take_profit) as b),
        hold_unit        = trim_scale(round(o.hold_unit * ratio, 12)),
        effective_number = greatest(o.effective_number, action.quote_number),
        action_number    = action.number
    where (o.username, o.order_id) = (target.username, target.order_id)
    returning o.* into adjusted;

    perform append_event(adjusted.username, adjusted.portfolio_id, 'order_adjusted', 'venue',
                         order_details(adjusted) || jsonb_build_object('action_number', action.number::text));
    perform await_quotes(adjusted);
    perform rehold(adjusted.username, adjusted.portfolio_id, adjusted.symbol, adjusted.strategy);
  end loop;
end
$$;

comment on function adjust_orders is 'Bring the open orders of a symbol into a corporate action''s terms.';
