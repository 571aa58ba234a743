-- Live portfolios on a feed of somebody's own.

create view oversight.live_portfolios_off_the_market
  with (security_invoker = true)
as
select text 'live' as book, p.username, p.portfolio_id::text as key,
       format('trades on %s of %s', p.feed, p.feed_owner) as detail
from live_trading.portfolios as p
where p.feed_owner <> 'market';

comment on view oversight.live_portfolios_off_the_market is
  'CRITICAL, each book, few rows: A live portfolio follows prices and a clock that its own user can turn. '
  'Do: close the portfolio, and find out who could write past the trigger portfolios_trade_on_shared_feeds.';
select oversight.keep_check('live_portfolios_off_the_market');
