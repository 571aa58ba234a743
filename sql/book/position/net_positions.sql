-- What is held per symbol, all strategies together.

create view net_positions
  with (security_invoker = true)
as
select s.username, s.portfolio_id, s.portfolio, s.symbol, s.currency,
       trim_scale(sum(s.quantity)) as quantity,
       trim_scale(sum(s.market_value)) as market_value,
       trim_scale(sum(s.unrealized_pnl)) as unrealized_pnl,
       count(*) as strategies
from open_positions as s
group by s.username, s.portfolio_id, s.portfolio, s.symbol, s.currency;

comment on view net_positions is 'Open positions by symbol, all strategies together.';
select let_traders_read('net_positions');
