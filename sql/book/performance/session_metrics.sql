-- How each session of each portfolio went, in its base currency: of its ended trades, and of its days. What can't be
-- reckoned, such as a ratio without losses, is null.

create view session_metrics
  with (security_invoker = true)
as
with ended as (
  select t.username, t.portfolio_id, t.session, t.closed_at - t.opened_at as hold,
         t.net_pnl * r.rate as net, t.realized_pnl * r.rate as gross, t.fees * r.rate as fees
  from trades as t
  join portfolios as p using (username, portfolio_id)
  cross join lateral rate_at(t.currency, p.base_currency, p.feed_owner, p.feed, t.closed_at) as r (rate)
  where t.status in ('CLOSED', 'EXPIRED')
),
of_trades as (
  select username, portfolio_id, session, count(*) as trades, count(*) filter (where net > 0) as wins,
         count(*) filter (where net <= 0) as losses, count(*) filter (where net is null) as unrated,
         sum(net) as net, sum(gross) as gross, sum(fees) as fees,
         coalesce(sum(net) filter (where net > 0), 0) as won, coalesce(-sum(net) filter (where net <= 0), 0) as lost,
         max(net) as best, min(net) as worst, avg(hold) as hold
  from ended
  group by username, portfolio_id, session
),
returned as (
  select d.username, d.portfolio_id, d.session, d.day, d.day_return_percent / 100 as return,
         case when bool_or(d.day_return_percent <= -100) over until_then then 0
              else exp(sum(ln(case when d.day_return_percent > -100 then 1 + d.day_return_percent / 100 end))
                       over until_then) end as worth
  from daily_summary as d
  window until_then as (partition by d.username, d.portfolio_id, d.session order by d.day)
),
fallen as (
  select r.*, 1 - r.worth / greatest(1, max(r.worth) over (
           partition by r.username, r.portfolio_id, r.session order by r.day)) as drawdown
  from returned as r
),
of_days as (
  select username, portfolio_id, session, count(*) as days, count(return) as days_known,
         avg(return) / nullif(stddev_samp(return), 0) * sqrt(252::numeric) as sharpe,
         avg(return) / nullif(sqrt(avg(power(least(return, 0), 2))), 0) * sqrt(252::numeric) as sortino,
         max(drawdown) as max_drawdown, (array_agg(worth order by day desc))[1] - 1 as total_return
  from fallen
  group by username, portfolio_id, session
)
select p.username, p.portfolio_id, p.name as portfolio, s.number as session, s.label, s.started_at, s.ended_at,
       p.base_currency, coalesce(t.trades, 0) as trades, coalesce(t.wins, 0) as wins, coalesce(t.losses, 0) as losses,
       round(t.wins * 100.0 / nullif(t.wins + t.losses, 0), 4) as win_rate_percent,
       trim_scale(k.gross) as realized_pnl, trim_scale(k.fees) as fees, trim_scale(k.net) as net_pnl,
       round(k.won / nullif(k.lost, 0), 4) as profit_factor,
       round(k.net / nullif(t.trades, 0), 4) as expectancy,
       round(k.won / nullif(t.wins, 0), 4) as average_win, round(-k.lost / nullif(t.losses, 0), 4) as average_loss,
       trim_scale(k.best) as best_trade, trim_scale(k.worst) as worst_trade, t.hold as average_hold,
       coalesce(d.days, 0) as days, round(100 * v.total_return, 4) as total_return_percent,
       round(100 * v.max_drawdown, 4) as max_drawdown_percent, round(v.sharpe, 4) as sharpe,
       round(v.sortino, 4) as sortino,
       case when t.unrated > 0 then 'no price turns a trade''s profit into ' || p.base_currency
            when d.days_known < d.days then 'a day''s return is unknown: see daily_summary' end as unknown
from sessions as s
join portfolios as p using (username, portfolio_id)
left join of_trades as t on (t.username, t.portfolio_id, t.session) = (s.username, s.portfolio_id, s.number)
left join of_days as d on (d.username, d.portfolio_id, d.session) = (s.username, s.portfolio_id, s.number)
left join of_trades as k on (k.username, k.portfolio_id, k.session) = (s.username, s.portfolio_id, s.number)
                        and k.unrated = 0
left join of_days as v on (v.username, v.portfolio_id, v.session) = (s.username, s.portfolio_id, s.number)
                      and v.days_known = v.days;

comment on view session_metrics is
  'How each session went, in the portfolio''s base currency; null where it can''t be reckoned, and unknown says why.';
comment on column session_metrics.trades               is 'Those that have ended, of those that began in the session.';
comment on column session_metrics.wins                 is 'Ended with net_pnl above zero; all others are losses.';
comment on column session_metrics.realized_pnl         is 'Gross; net_pnl subtracts fees. Converted at the moment when each trade ended.';
comment on column session_metrics.profit_factor        is 'What wins won by what losses lost, net; null without a loss.';
comment on column session_metrics.expectancy           is 'net_pnl a trade.';
comment on column session_metrics.average_hold         is 'From first fill to end.';
comment on column session_metrics.days                 is 'Days in daily_summary; the figures after it are of their returns.';
comment on column session_metrics.total_return_percent is 'Time-weighted: days'' returns compounded.';
comment on column session_metrics.max_drawdown_percent is 'The deepest fall of compounded returns below their peak, the start among them.';
comment on column session_metrics.sharpe               is 'Mean by sample standard deviation of days'' returns, times the root of 252; no rate without risk. Null below two days.';
comment on column session_metrics.sortino              is 'Likewise, by the root mean square of days'' losses.';
select let_traders_read('session_metrics');

-- How the present session of each portfolio goes.
create view performance_metrics
  with (security_invoker = true)
as
select m.username, m.portfolio_id, m.portfolio, m.session, m.label, m.started_at, m.base_currency, m.trades, m.wins,
       m.losses, m.win_rate_percent, m.realized_pnl, m.fees, m.net_pnl, m.profit_factor, m.expectancy, m.average_win,
       m.average_loss, m.best_trade, m.worst_trade, m.average_hold, m.days, m.total_return_percent,
       m.max_drawdown_percent, m.sharpe, m.sortino, m.unknown
from session_metrics as m
join portfolios as p using (username, portfolio_id)
where m.session = p.session;

comment on view performance_metrics is 'How the present session of each portfolio goes: see session_metrics.';
select let_traders_read('performance_metrics');
