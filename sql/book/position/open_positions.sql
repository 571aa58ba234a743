-- What is held now, marked at what it could be closed at: long at the bid, short at the ask, else the last price.

create view open_positions
  with (security_invoker = true)
as
select s.username, s.portfolio_id, p.name as portfolio, s.symbol, s.strategy, s.trade_id, s.quantity, s.average_price,
       s.currency, s.multiplier, m.mark, m.marked_by, q.quoted_at as marked_at,
       case when q.quoted_at is not null then shared_data.clock(f) - q.quoted_at end as mark_age,
       trim_scale(s.quantity * m.mark * s.multiplier) as market_value,
       trim_scale((s.quantity * m.mark - s.cost) * s.multiplier) as unrealized_pnl,
       round((s.quantity * m.mark - s.cost) * 100 / abs(s.cost), 2) as unrealized_percent,
       s.realized_pnl, s.fees, abs(s.quantity) - h.held as closable_quantity, s.opened_at
from positions as s
join portfolios as p using (username, portfolio_id)
join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
left join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (p.feed_owner, p.feed, s.symbol)
cross join lateral (
  select trim_scale(coalesce(case when s.quantity > 0 then q.bid else q.ask end, q.last, q.bid, q.ask)) as mark,
         case when s.quantity > 0 and q.bid is not null then 'bid'
              when s.quantity < 0 and q.ask is not null then 'ask'
              when q.last is not null then 'last'
              when q.symbol is not null then 'other side' end as marked_by
) as m
cross join lateral (
  select coalesce(sum(o.held_quantity), 0) as held
  from orders as o
  where o.username = s.username
    and o.status in ('OPEN', 'PARTIALLY_FILLED')
    and (o.portfolio_id, o.symbol, o.strategy) = (s.portfolio_id, s.symbol, s.strategy)
) as h
where s.quantity <> 0;

comment on view open_positions is
  'What is held now, with its mark, the mark''s age, and unrealized profit in money and percent.';
comment on column open_positions.closable_quantity is
  'What no open order has taken yet: so much can be sold, or bought back.';
comment on column open_positions.mark_age is 'By the feed''s clock; null where there is no quote.';
select let_traders_read('open_positions');
