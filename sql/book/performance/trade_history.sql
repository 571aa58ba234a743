-- Every trade with what came of it: in the instrument's currency, its excursions reckoned up to now, or up to the first
-- quote that it has yet to be matched with, since it may have ended there.

create view trade_history
  with (security_invoker = true)
as
select t.username, t.portfolio_id, p.name as portfolio, t.session, t.trade_id, t.symbol, t.strategy, t.direction,
       t.status, t.asset_class, t.underlying, t.option_type, t.strike, t.expiry, t.currency,
       t.entry_quantity, t.entry_price, t.opened_at, t.exit_quantity, t.exit_price, t.closed_at, t.open_quantity,
       t.stop_loss, t.take_profit, t.realized_pnl, t.fees, t.slippage, t.net_pnl,
       round(t.net_pnl * 100 / nullif(t.entry_value * t.multiplier, 0), 4) as return_percent,
       round(t.net_pnl / nullif(abs(t.entry_price - t.first_stop_loss) * t.entry_quantity * t.multiplier, 0), 4)
         as r_multiple,
       case when t.status in ('CLOSED', 'EXPIRED') then t.net_pnl > 0 end as is_win,
       greatest(t.mfe, x.best) as mfe, least(t.mae, x.worst) as mae,
       coalesce(t.closed_at, shared_data.clock(f)) - t.opened_at as hold_time,
       t.exit_reason, t.regime, t.signal_reason, t.explanation, t.trade_context, t.idempotency_key, t.placed_at,
       t.version
from trades as t
join portfolios as p using (username, portfolio_id)
join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
left join positions as s on (s.username, s.trade_id) = (t.username, t.trade_id)
                        and (s.portfolio_id, s.symbol, s.strategy) = (t.portfolio_id, t.symbol, t.strategy)
cross join lateral (
  select least(f.newest_number, min(u.from_number) - 1) as number
  from unmatched as u
  where (u.username, u.portfolio_id, u.symbol) = (t.username, t.portfolio_id, t.symbol)
) as until
left join lateral excursion_of(p.feed_owner, p.feed, t.symbol, t.extremes_number, until.number, s.quantity, s.cost,
                               t.multiplier) as x on s.quantity <> 0;

comment on view trade_history is 'Every trade, with its return, its hold time, and its excursions up to now.';
comment on column trade_history.return_percent is 'net_pnl in percent of what was entered; of an open trade what is realized so far.';
comment on column trade_history.r_multiple     is 'net_pnl as a multiple of what was at risk: entry to first stop loss. Null without one.';
comment on column trade_history.is_win         is 'Whether net_pnl is above zero; null until it has ended.';
comment on column trade_history.mfe            is 'The most that it was ever worth above its cost, in the instrument''s currency.';
comment on column trade_history.mae            is 'The most that it was ever worth below its cost, zero or less. Neither counts a quote that is yet to be matched.';
comment on column trade_history.hold_time      is 'From its first fill to its end, or until now by the feed''s clock.';
select let_traders_read('trade_history');
