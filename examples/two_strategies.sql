-- Two strategies in one portfolio: the money is shared, positions and results are kept apart.

set "app.current_user" = 'alice';

select name from open_feed('two');
select name from open_portfolio('main', feed => 'two', initial_balances => '{"USD": 100000}', fee_venue => 'EXAMPLE');
select replay_quotes('two', array[('AAPL', 409.98, 410.02, 410.00, null, '2012-01-04 14:30+00', null, null)]::quote[]);

select strategy, side, quantity, average_price, fees from place_order('AAPL', 'buy', 100, strategy => 'momentum');
select strategy, side, quantity, average_price, fees from place_order('AAPL', 'buy', 20, strategy => 'value');

-- A strategy sells what is its own; what the other one has is no cover.
select strategy, side, quantity, status, reject_reason from place_order('AAPL', 'sell', 50, strategy => 'value');

select replay_quotes('two', array[('AAPL', 414.10, 414.14, 414.12, null, '2012-01-04 18:30+00', null, null)]::quote[]);
select strategy, side, quantity, average_price, fees from place_order('AAPL', 'sell', 100, strategy => 'momentum');

select strategy, quantity, average_price, realized_pnl, fees from positions order by strategy;
select strategy, quantity, mark, unrealized_pnl from open_positions order by strategy;
select symbol, quantity, strategies from net_positions;

-- Each fill says what it cost, and each movement of money stands in the ledger.
select seq, strategy, quantity, price, fee, fee_components, realized_pnl from executions order by seq;
select seq, kind, amount, execution_seq from ledger_entries order by seq;
select cash, equity, realized_pnl, unrealized_pnl, fees from portfolio_summary;
