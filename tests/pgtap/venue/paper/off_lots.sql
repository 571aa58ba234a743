-- What a fee in base leaves below a lot can be got rid of: by exits, close_trade, flatten, and an order of one's own for
-- exactly what is left. Everything else is in lots.
begin;
select plan(20);

select tests.set_stage();
select shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 2) is not null;
select shared_data.add_fee('net', 'crypto', 'commission', 'percent', 0.3, 'made up', charged_in => 'credited') is not null;
select tests.open('alice'), tests.open('bob');
select tests.quote('BTCUSD', 99, 101, 100);
select tests.act_as('alice', 'paper');
select edit_portfolio('main', 1, fee_venue => 'net') is not null;

-- A trade.
select place_order('BTCUSD', 'buy', 1, stop_loss => 90) is not null;
select results_eq('select quantity::numeric from positions', array[0.997], 'a position of no lots');
select results_eq($$ select quantity::numeric from orders where purpose = 'stop_loss' $$, array[0.997], 'its exit is of all of it');
select throws_ok($$ select close_trade(trade_id, 0.005) from trades $$, 'TB400', null, 'a part of it is in lots');
select is((select (close_trade(trade_id, 0.99)).status::text from trades), 'FILLED', 'such as this');
select results_eq('select quantity::numeric from positions', array[0.007], 'less than a lot is left');
select is((select (close_trade(trade_id)).status::text from trades), 'FILLED', 'which close_trade closes');
select results_eq($$ select status::text from trades $$, array['CLOSED'], 'the trade is over');
select results_eq($$ select amount::numeric from balances where currency = 'BTC' $$, array[0::numeric], 'to the last unit');

-- An exit, flatten.
select place_order('BTCUSD', 'buy', 1, stop_loss => 90, strategy => 'stopped') is not null;
select tests.quote('BTCUSD', 89, 90, 89);
select results_eq($$ select exit_reason from trades where strategy = 'stopped' $$, array['stop_loss'], 'an exit gets rid of it');
select place_order('BTCUSD', 'buy', 1, strategy => 'flat') is not null;
select results_eq('select status::text from flatten()', array['FILLED'], 'so does flatten');

-- An order of one's own.
select place_order('BTCUSD', 'buy', 1) is not null;
select throws_ok(format($$ select place_order('BTCUSD', 'sell', %s) $$, quantity), 'TB400', null, 'not ' || quantity) from unnest(array[0.995, 0.998, 1.001]) as quantity;
select throws_ok($$ select place_order('BTCUSD', 'buy', 0.997) $$, 'TB400', null, 'not to add as much');
select is((select status::text from place_order('BTCUSD', 'sell', 0.5, 'limit', 200, time_in_force => 'GTC')), 'OPEN', 'a part is on sale');
select throws_ok($$ select place_order('BTCUSD', 'sell', 0.997) $$, 'TB400', null, 'all of it is less now');
select is((select status::text from place_order('BTCUSD', 'sell', 0.497, 'limit', 150, time_in_force => 'GTC')), 'OPEN', 'the rest can be');
select is((select r.status::text from orders as o, lateral replace_order(o.order_id, 1, limit_price => 89) as r where o.limit_price = 150), 'FILLED', 'and be replaced');
select is((select (cancel_order(order_id)).status::text from orders where limit_price = 200), 'CANCELED', 'the other is canceled');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

select finish();
rollback;
