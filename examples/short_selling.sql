-- Short selling: off unless the portfolio allows it, and its proceeds can't be spent.

set "app.current_user" = 'alice';

select name from open_feed('short');
select replay_quotes('short', array[('AAPL', 409.98, 410.02, 410.00, null, '2012-01-04 14:30+00', null, null)]::quote[]);

select name, allow_short from open_portfolio('careful', feed => 'short', initial_balances => '{"USD": 10000}');
select status, reject_reason from place_order('AAPL', 'sell', 10, portfolio => 'careful');

select name, allow_short, short_initial_percent, short_upkeep_percent
from open_portfolio('bold', feed => 'short', initial_balances => '{"USD": 10000}', allow_short => true);
select status, average_price from place_order('AAPL', 'sell', 10, portfolio => 'bold');

-- Below zero is short, marked at the ask that it would be bought back at.
select quantity, average_price, mark, market_value, unrealized_pnl from open_positions where portfolio = 'bold';

-- 14,099.80 in cash, but 150 % of what it would cost to buy back is set aside, for more shorts and for buys alike.
select amount from balances join portfolios using (username, portfolio_id) where name = 'bold';
select status, reject_reason from place_order('AAPL', 'sell', 60, portfolio => 'bold');
select status, reject_reason from place_order('MSFT', 'buy', 300, order_type => 'limit', limit_price => 27, portfolio => 'bold');

-- Overnight it more than doubles. The cash is less than 130 % of the short now: nothing may increase.
select replay_quotes('short', array[('AAPL', 1090.00, 1091.00, 1090.50, null, '2012-01-05 14:30+00', null, null)]::quote[]);
select status, reject_reason from place_order('AAPL', 'sell', 1, portfolio => 'bold');

-- Buying back always passes. Fifteen bought: ten close the short, five open a long position, and a trade never changes sign.
select replay_quotes('short', array[('AAPL', 399.90, 400.00, 400.00, null, '2012-01-06 14:30+00', null, null)]::quote[]);
select status, average_price from place_order('AAPL', 'buy', 15, portfolio => 'bold');
select seq, part, side, quantity, price, realized_pnl from executions order by seq;
select quantity, average_price, realized_pnl from positions;
select portfolio, rebuilt_equals_stored, chain_intact from verify_portfolios();
