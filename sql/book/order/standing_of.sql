-- Where a locked portfolio stands as an order sees it, in one read: the user and his limits in the order's currency,
-- the numbers that facts are counted by, money, position and trade, and what earlier orders on its side have taken of
-- the position.

create function standing_of(target orders)
  returns shared_data.standing
  language plpgsql
  set search_path from current
as $$
declare
  standing shared_data.standing;
begin
  select u.status::text, s.require_stop_loss,
         r.max_order_value::numeric, r.max_position_value::numeric, r.max_daily_loss::numeric,
         p.execution_seq, p.ledger_seq, p.audit_seq, p.audit_head, i.multiplier::numeric,
         coalesce(b.amount, 0)::numeric, coalesce(b.amount - b.held, 0)::numeric, b.currency is not null,
         coalesce(h.quantity, 0)::numeric, coalesce(h.cost, 0)::numeric, h.trade_id::text, h.symbol is not null,
         exists (select from positions as short
                 where (short.username, short.portfolio_id, short.currency) =
                       (p.username, p.portfolio_id, target.currency)
                   and short.quantity < 0
                   and not exists (select from shared_data.instruments as spot
                                   where spot.symbol = short.symbol and spot.base_currency is not null)),
         coalesce(others.taken, 0)::numeric, others.number > 0, 0, 0, t.status::text, null, t.extremes_number,
         t.stop_loss::numeric
  into standing
  from portfolios as p
  join identity.users as u using (username)
  join identity.settings as s using (username)
  join shared_data.instruments as i on i.symbol = target.symbol
  left join identity.risk_limits as r on (r.username, r.currency) = (p.username, target.currency)
  left join balances as b on (b.username, b.portfolio_id, b.currency) = (p.username, p.portfolio_id, target.currency)
  left join positions as h
    on (h.username, h.portfolio_id, h.symbol, h.strategy) = (p.username, p.portfolio_id, target.symbol, target.strategy)
  left join trades as t on (t.username, t.trade_id) = (h.username, h.trade_id)
  cross join lateral (
    select count(*) as number,
           sum(o.quantity - o.filled_quantity)
             filter (where o.side = target.side and o.order_number < target.order_number
                       and o.purpose in ('trade', 'close')) as taken
    from orders as o
    where o.username = target.username
      and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
      and (o.portfolio_id, o.symbol, o.strategy) = (target.portfolio_id, target.symbol, target.strategy)
      and o.order_id <> target.order_id
  ) as others
  where (p.username, p.portfolio_id) = (target.username, target.portfolio_id);

  -- A trade waits only while an order does that would enter it.
  if standing.is_shared or target.created_at is not null then
    select t.trade_id into standing.pending_trade_id
    from trades as t
    where (t.username, t.portfolio_id, t.symbol, t.strategy) =
          (target.username, target.portfolio_id, target.symbol, target.strategy)
      and t.direction = case target.side when 'buy' then 'long' else 'short' end
      and t.status = 'PENDING';
  end if;

  if target.base_currency is not null then
    select coalesce(sum(b.amount), 0), coalesce(sum(b.amount - b.held), 0) into standing.base_cash, standing.base_free
    from balances as b
    where (b.username, b.portfolio_id, b.currency) = (target.username, target.portfolio_id, target.base_currency);
  end if;

  return standing;
end
$$;

comment on function standing_of is 'Where a locked portfolio stands as an order sees it.';
