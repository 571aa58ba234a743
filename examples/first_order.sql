-- A first order: a feed, a portfolio, a buy, a sell, and what is there to read afterwards.

-- Who is asking? In a transaction of an application's: set local. The quotes are needed.
set "app.current_user" = 'alice';

-- A feed of alice's own. Its clock is the time of its newest quote, so nothing goes stale while you read.
select name, fills_on from open_feed('tour');
select replay_quotes('tour', array[('AAPL', 409.98, 410.02, 410.00, 1200, '2012-01-04 14:30+00', null, null)]::quote[]);

select name, base_currency, feed from open_portfolio('main', feed => 'tour', initial_balances => '{"USD": 10000}');

-- A market order buys at the ask, there and then.
select side, quantity, symbol, status, average_price from place_order('AAPL', 'buy', 10);

-- A limit above the market waits.
select side, quantity, symbol, limit_price, status, expires_at
from place_order('AAPL', 'sell', 4, order_type => 'limit', limit_price => 414);

-- Four hours later the market is there. What rests fills at its limit, not better.
select replay_quotes('tour', array[('AAPL', 414.10, 414.14, 414.12, 900, '2012-01-04 18:30+00', null, null)]::quote[]);
select seq, side, quantity, symbol, price, realized_pnl, executed_at from executions order by seq;
select symbol, quantity, average_price, mark, market_value, unrealized_pnl from open_positions;
select cash, positions_value, equity, realized_pnl, unrealized_pnl from portfolio_summary;

-- Too little money: not an error. The order is kept, with the reason.
select quantity, status, reject_reason from place_order('AAPL', 'buy', 1000);

-- What was done was done, and the other book is out of reach.
update executions set price = 1;
select * from live_trading.orders;

-- Nobody set, nothing done.
reset "app.current_user";
select * from place_order('AAPL', 'buy', 1);
