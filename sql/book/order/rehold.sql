-- Shares a position out among its open orders again: in the order of their numbers, each first reduces what is left of
-- the position, and holds money for the rest of it. Of spot everything is held, since both legs are money; what only
-- closes holds no money, and a bracket's exits hold nothing. Called whenever the position, or one of its orders, has
-- changed.

create function rehold(username text, portfolio_id uuid, symbol text, strategy text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  with waiting as (
    select o.order_id, o.side, o.purpose, o.base_currency, o.hold_currency, o.hold_unit, o.hold_fee, o.held_amount,
           o.held_quantity, o.quantity - o.filled_quantity as rest,
           sum(o.quantity - o.filled_quantity) over (partition by o.side order by o.order_number) as until_here
    from orders as o
    where o.username = rehold.username
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and (o.portfolio_id, o.symbol, o.strategy) = (rehold.portfolio_id, rehold.symbol, rehold.strategy)
      and o.purpose in ('trade', 'close')
  ),
  shared_out as (
    select w.*, case when w.base_currency is not null then 0 else least(w.rest, greatest(
             case w.side when 'sell' then coalesce(s.quantity, 0) else -coalesce(s.quantity, 0) end
             - (w.until_here - w.rest), 0)) end as reduces
    from waiting as w
    left join positions as s
      on (s.username, s.portfolio_id, s.symbol, s.strategy) =
         (rehold.username, rehold.portfolio_id, rehold.symbol, rehold.strategy)
  ),
  due as (
    select d.order_id, d.hold_currency, d.reduces, d.held_amount as was,
           case when d.rest > d.reduces and d.purpose = 'trade'
                then trim_scale((d.rest - d.reduces) * d.hold_unit + d.hold_fee) else 0 end as amount
    from shared_out as d
  ),
  changed as (
    update orders as o
    set held_amount   = due.amount,
        held_quantity = due.reduces
    from due
    where (o.username, o.order_id) = (rehold.username, due.order_id)
      and (o.held_amount, o.held_quantity) is distinct from (due.amount, due.reduces)
    returning due.hold_currency, due.amount - due.was as more
  )
  update balances as b
  set held = trim_scale(b.held + c.more)
  from (select hold_currency, sum(more) as more from changed group by hold_currency) as c
  where (b.username, b.portfolio_id, b.currency) = (rehold.username, rehold.portfolio_id, c.hold_currency)
    and c.more <> 0;
end
$$;

comment on function rehold is 'Share a position and the money out among its open orders again.';
