-- What a backup must bring back: a user, prices, a portfolio, an order that filled, one that rests, one refused.
begin;
select identity.register_user('alice', 'alice@example.com');
select shared_data.add_instrument('AAPL', 'equity', 'USD');
select shared_data.record_quote('AAPL', bid => 184.46, ask => 184.48, last => 184.47);
select set_config('app.current_user', 'alice', true);
set local role twinbook_paper;
set local search_path = paper_trading, shared_data, pg_temp;
select open_portfolio('main', initial_balances => '{"USD": 100000}');
select place_order('AAPL', 'buy', 10);
select place_order('AAPL', 'buy', 10, order_type => 'limit', limit_price => 100, time_in_force => 'GTC');
select place_order('AAPL', 'buy', 1000000);
commit;
