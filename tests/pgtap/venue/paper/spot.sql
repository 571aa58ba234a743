-- Rule 5: spot moves both balances; what can be sold is the base balance less holds; equity counts it once.
begin;
select plan(26);

select tests.set_stage();
select shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 8) is not null,
       shared_data.add_fee('net', 'crypto', 'commission', 'percent', 1, 'p', charged_in => 'credited') is not null;
select tests.open('alice', balances => '{"USD": 10000, "EUR": 1000}'), tests.open('bob', balances => '{"USD": 10000}');
select tests.quote('BTCUSD', 99, 101), tests.quote('EURUSD', 1.1, 1.2);
select tests.act_as('alice', 'paper');

select results_eq($$ select status::text, average_price from place_order('BTCUSD', 'buy', 2.5) $$, $$ values ('FILLED', 101::numeric) $$, 'a coin is bought');
select results_eq('select currency, amount::numeric from balances order by currency', $$ values ('BTC', 2.5), ('EUR', 1000), ('USD', 9747.5) $$, 'both legs are money');
select results_eq($$ select kind, currency, amount::numeric from ledger_entries where execution_seq is not null order by seq $$,
  $$ values ('settlement', 'USD', -252.5), ('settlement', 'BTC', 2.5) $$, 'and entries');
select results_eq($$ select quantity::numeric, cost::numeric from positions $$, $$ values (2.5, 252.5) $$, 'and a position');
select is((select equity - cash from portfolio_summary), 247.5, 'which counts once: 2.5 at the bid');

-- Selling holds the base; no short.
select is((select reject_reason from place_order('BTCUSD', 'sell', 3)), 'not enough to sell: 2.5 BTC free', 'no more than there is');
select results_eq($$ select status::text, held_amount::numeric, held_quantity::numeric from place_order('BTCUSD', 'sell', 2, 'limit', 150, time_in_force => 'GTC') $$,
  $$ values ('OPEN', 2::numeric, 0::numeric) $$, 'an order holds the coin');
select is((select held::numeric from balances where currency = 'BTC'), 2::numeric, 'of its balance');
select is((select reject_reason from place_order('BTCUSD', 'sell', 1)), 'not enough to sell: 0.5 BTC free', 'so it isn''t sold twice');
select is((select status::text from place_order('BTCUSD', 'sell', 0.5)), 'FILLED', 'the rest is');
select is((select realized_pnl::numeric from positions), -1::numeric, 'profit by average cost');
select is((select (cancel_order(order_id)).held_amount::numeric from orders where status = 'OPEN'), 0::numeric, 'and freed again');

-- A buy holds its money.
select results_eq($$ select status::text, held_amount::numeric from place_order('BTCUSD', 'buy', 10, 'limit', 90, time_in_force => 'GTC') $$, $$ values ('OPEN', 900::numeric) $$, 'a buy holds money');
select tests.quote('BTCUSD', 89, 90);
select is((select held::numeric from balances where currency = 'USD'), 0::numeric, 'until it fills');
select is((select quantity::numeric from positions), 12::numeric, 'at its limit');

-- Currencies that came as money can be sold below the position.
select is((select status::text from place_order('EURUSD', 'sell', 400)), 'FILLED', 'euros that came as money are sold');
select results_eq($$ select quantity::numeric from positions where symbol = 'EURUSD' $$, array[-400::numeric], 'below the position');
select is((select reject_reason from place_order('EURUSD', 'sell', 601)), 'not enough to sell: 600 EUR free', 'no further than the balance');
select is((select status::text from place_order('BTCUSD', 'buy', 1)), 'FILLED', 'which is no short: nothing is set aside');

-- A fee of what is credited leaves less.
select tests.act_as('bob', 'paper');
select edit_portfolio('main', 1, fee_venue => 'net') is not null;
select is((select fees::numeric from place_order('BTCUSD', 'buy', 1)), 0.9, 'told in money');
select results_eq($$ select fee::numeric, fee_currency, rate::numeric from executions $$, $$ values (0.01, 'BTC', 90::numeric) $$, 'taken in the base');
select results_eq($$ select quantity::numeric, (select amount::numeric from balances where currency = 'BTC') from positions $$, $$ values (0.99, 0.99) $$, 'position = executions - base fees');
select is((select amount::numeric from balances where currency = 'USD'), 9910::numeric, 'and no money');
select is((select (close_trade(trade_id)).status::text from trades), 'FILLED', 'all of it can be closed');
select is((select amount::numeric from balances where currency = 'BTC'), 0::numeric, 'to the last unit');

select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');
select finish();
rollback;
