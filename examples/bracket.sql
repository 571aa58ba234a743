-- A trade with a bracket: entered, scaled out, adjusted, and taken out at its profit; another one stopped out.

set "app.current_user" = 'alice';

select name from open_feed('replay');
select name from open_portfolio('main', feed => 'replay', initial_balances => '{"USD": 100000}');
select replay_quotes('replay', array[('AAPL', 409.98, 410.02, 410.00, 1200, '2012-01-04 14:30+00', null, null)]::quote[]);

-- The bracket belongs to the trade that the order enters. Its exits rest as it fills, and hold nothing.
select order_number as no, side, status, average_price, stop_loss, take_profit
from place_order('AAPL', 'buy', 10, stop_loss => 400, take_profit => 430, context => '{"signal_reason": "breakout"}');
select order_number as no, purpose, side, quantity, stop_price, limit_price, status, held_quantity from orders order by order_number;

-- Selling a part fits them to what is left.
select order_number as no, side, status, filled_quantity from place_order('AAPL', 'sell', 4);
select order_number as no, purpose, quantity, status from orders where purpose <> 'trade' order by order_number;

-- The bracket changes by its trade, at the version that was read.
select trade_id, version from trades \gset
select status, stop_loss, take_profit, version from adjust_trade(:'trade_id', expected_version => :version, stop_loss => 405);
select status, stop_loss, take_profit, version from adjust_trade(:'trade_id', expected_version => :version, stop_loss => 408);

-- The market trades through the take profit: it fills at its limit, and the stop loss goes with the trade.
select replay_quotes('replay', array[('AAPL', 431.00, 431.20, 431.10, 900, '2012-01-04 16:00+00', null, null)]::quote[]);
select order_number as no, purpose, status, average_price, end_reason from orders order by order_number;

-- What came of it, and how it went.
select symbol, direction, status, entry_price, exit_price, net_pnl, mfe, mae, exit_reason, signal_reason from trade_history;
select from_status, to_status, cause, actor from state_transitions order by seq, part;

-- The next one gaps through its stop loss, overnight.
select order_number as no, status, average_price from place_order('AAPL', 'buy', 10, stop_loss => 425);
select replay_quotes('replay', array[('AAPL', 419.00, 419.20, 419.10, 5000, '2012-01-05 14:30+00', null, null)]::quote[]);
select symbol, status, entry_price, exit_price, net_pnl, exit_reason from trade_history order by placed_at;
select trades, wins, losses, win_rate_percent, profit_factor, net_pnl from performance_metrics;
select day, executions, realized_pnl, equity, day_return_percent from daily_summary order by day;
