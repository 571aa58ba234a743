-- Rule 16: a split or a symbol change is an event of a feed, between two quotes; positions, open orders and trades follow, and
-- nothing is worth more or less by it.
begin;
select plan(57);

create function pg_temp.worth() returns text language sql as $$
  select concat_ws(' ', trim_scale(equity), trim_scale(unrealized_pnl), trim_scale(realized_pnl)) from portfolio_summary where name = 'main'
$$;
create function pg_temp.exits() returns text language sql as $$
  select string_agg(concat_ws(' ', symbol, purpose, side, trim_scale(quantity - filled_quantity), coalesce(stop_price, limit_price)), ', ' order by symbol, purpose)
  from orders where purpose in ('stop_loss', 'take_profit') and status in ('OPEN', 'PARTIALLY_FILLED')
$$;

select tests.set_stage();
select shared_data.add_instrument('APPL', 'equity', 'USD') is not null, shared_data.add_instrument('ODD', 'equity', 'USD', price_decimals => 4) is not null;
select tests.open('alice', allow_short => true), tests.open('bob');
select tests.quote('AAPL', 99, 101, 100);
select tests.act_as('alice', 'paper');

-- What is wrong.
select tests.act_as_installer();
select throws_ok('select shared_data.record_corporate_action(' || terms || ', feed => ''tape'')', code, null, terms)
from (values ('''AAPL''', 'TB400'), ('''AAPL'', 2', 'TB400'), ('''AAPL'', 1, 1', 'TB400'), ('''AAPL'', -2, 1', 'TB400'), ('''AAPL'', 0, 1', 'TB400'), ('''AAPL'', ''Infinity'', 1', 'TB400'),
             ('''AAPL'', 2, 1, ''APPL''', 'TB400'), ('''AAPL'', new_symbol => ''AAPL''', 'TB400'), ('''AAPL'', new_symbol => ''ODD''', 'TB400'),
             ('''AAPL'', new_symbol => ''SAP''', 'TB400'), ('''EURUSD'', 2, 1', 'TB400'), ('''NONE'', 2, 1', 'TB404'), ('''AAPL'', new_symbol => ''NONE''', 'TB404')) as tried (terms, code);
select throws_ok($$ select shared_data.record_corporate_action('AAPL', 2, 1, feed => 'nowhere') $$, 'TB404', null, 'no such feed');
select tests.act_as('alice', 'paper');
select throws_ok($$ select shared_data.record_corporate_action('AAPL', 2, 1, feed => 'tape') $$, '42501', null, 'it is market data''s');
select throws_ok($$ select shared_data.replay_corporate_action('tape', 'AAPL', 2, 1) $$, 'TB404', null, 'and nobody else''s feed');

-- A position with a bracket, an order that waits, an entry that waits with a bracket of its own.
select place_order('AAPL', 'buy', 10, stop_loss => 90, take_profit => 120), place_order('AAPL', 'sell', 4, 'limit', 110, time_in_force => 'GTC'),
       place_order('AAPL', 'buy', 3, 'limit', 80, time_in_force => 'GTC', strategy => 'dip', stop_loss => 70);
select tests.quote('AAPL', 104, 106, 105);
select set_config('tests.worth', pg_temp.worth(), true), set_config('tests.held', held::text, true) from balances;
select is(pg_temp.worth(), '100030 30 0', 'before the split');

select tests.act_as_installer();
select results_eq($$ select kind, number, quote_number from shared_data.record_corporate_action('AAPL', 2, 1, feed => 'tape') $$,
  $$ values ('split', 1::bigint, 2::bigint) $$, 'two for one, after the second quote');
select tests.act_as('alice', 'paper');
select is(pg_temp.worth(), current_setting('tests.worth'), 'nothing is worth more or less');
select results_eq($$ select quantity::numeric, average_price, cost::numeric from positions where strategy = '' $$, $$ values (20::numeric, 50.5::numeric, 1010::numeric) $$, 'twice as many, at half the price');
select is(pg_temp.exits(), 'AAPL stop_loss sell 20 45, AAPL take_profit sell 20 60', 'the exits follow');
select results_eq($$ select quantity::numeric, limit_price::numeric, coalesce(stop_loss, 0)::numeric from orders where purpose = 'trade' and status = 'OPEN' order by order_number $$,
  $$ values (8::numeric, 55::numeric, 0::numeric), (6, 40, 35) $$, 'so do waiting orders, and the bracket that one brings');
select is((select held::text from balances), current_setting('tests.held'), 'their money stays held');
select results_eq($$ select entry_quantity::numeric, entry_value::numeric, entry_price, stop_loss::numeric, first_stop_loss::numeric, version::integer, mfe::numeric from trades where strategy = '' $$,
  $$ values (20::numeric, 1010::numeric, 50.5::numeric, 45::numeric, 45::numeric, 1, 30::numeric) $$, 'the trade too; a split is no edit of its user''s');
select is((select count(*) from position_adjustments), 1::bigint, 'a fact tells it');
select is((select count(*) from audit_log where operation in ('trade_adjusted_by_action', 'order_adjusted')), 4::bigint, 'and events');
select is((select quoted_at from shared_data.quotes where (feed, symbol) = ('tape', 'AAPL')), (select effective_at from shared_data.corporate_actions), 'the last price follows in the new terms');

-- Quotes afterwards are in the new terms.
select tests.quote('AAPL', 56, 57, 56);
select results_eq($$ select status::text, average_price from orders where limit_price = 55 $$, $$ values ('FILLED', 55::numeric) $$, 'a limit that the split brought near is reached');
select is(pg_temp.exits(), 'AAPL stop_loss sell 12 45, AAPL take_profit sell 12 60', 'the exits shrink with it');
select is((select status::text from orders where limit_price = 40), 'OPEN', 'and one that it took along waits');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

-- A reverse split pays fractions in cash.
select tests.act_as_installer();
select set_config('tests.worth', (select trim_scale(equity)::text from portfolio_summary where username = 'alice'), true);
select shared_data.record_corporate_action('AAPL', 1, 5, feed => 'tape') is not null;
select tests.act_as('alice', 'paper');
select results_eq($$ select quantity::numeric from positions where strategy = '' $$, array[2::numeric], 'one for five: twelve are two');
select results_eq($$ select quantity::numeric, price::numeric, price_source::text from executions order by seq desc limit 1 $$, $$ values (2::numeric, 56::numeric, 'mark') $$, 'and two old ones in cash');
select is((select reason from orders where purpose = 'close'), 'cash in lieu', 'which is said');
select is((select trim_scale(equity) from portfolio_summary), current_setting('tests.worth')::numeric, 'nothing is worth more or less');
select results_eq($$ select quantity::numeric, limit_price::numeric from orders where strategy = 'dip' $$, $$ values (1::numeric, 200::numeric) $$, 'an order keeps its whole lots');
select is(pg_temp.exits(), 'AAPL stop_loss sell 2 225, AAPL take_profit sell 2 300', 'exits follow');
select tests.act_as_installer();
select shared_data.record_corporate_action('AAPL', 1, 3, feed => 'tape') is not null;
select tests.act_as('alice', 'paper');
select results_eq($$ select status::text, exit_reason from trades where strategy = '' $$, $$ values ('CLOSED', 'cash in lieu') $$, 'less than a lot: the trade ends in cash');
select results_eq($$ select status::text, end_reason from orders where strategy = 'dip' $$, $$ values ('CANCELED', 'nothing is left of it after the split') $$, 'an order of less than a lot is canceled');
select is(pg_temp.exits(), null, 'no orphan');

-- Another symbol.
select tests.act_as_installer();
select tests.quote('MSFT', 49, 51, 50);
select shared_data.add_instrument('MSF', 'equity', 'USD') is not null;
select tests.act_as('bob', 'paper');
select place_order('MSFT', 'buy', 10, stop_loss => 40), place_order('MSFT', 'buy', 5, 'limit', 45, time_in_force => 'GTC');
select set_config('tests.trade', trade_id, true), set_config('tests.worth', pg_temp.worth(), true) from trades where status = 'OPEN';
select tests.act_as_installer();
select is((select kind from shared_data.record_corporate_action('MSFT', new_symbol => 'MSF', feed => 'tape')), 'symbol_change', 'a symbol changes');
select throws_ok($$ select shared_data.record_corporate_action('AAPL', new_symbol => 'MSF', feed => 'tape') $$, 'TB422', null, 'into one that is new to the feed');
select tests.act_as('bob', 'paper');
select is(pg_temp.worth(), current_setting('tests.worth'), 'nothing is worth more or less');
select results_eq($$ select symbol, quantity::numeric, cost::numeric from positions order by symbol $$, $$ values ('MSF', 10::numeric, 510::numeric), ('MSFT', 0, 0) $$, 'the position goes to it');
select results_eq($$ select symbol, status::text from trades where trade_id = current_setting('tests.trade') $$, $$ values ('MSF', 'OPEN') $$, 'the same trade');
select is(pg_temp.exits(), 'MSF stop_loss sell 10 40', 'its exit');
select tests.quote('MSF', 44, 45, 44);
select results_eq($$ select symbol, quantity::numeric from positions where quantity > 0 $$, $$ values ('MSF', 15::numeric) $$, 'and what waited fills there');
select tests.quote('MSF', 39, 41, 39);
select results_eq($$ select status::text, exit_reason, net_pnl from trades where trade_id = current_setting('tests.trade') $$, $$ values ('CLOSED', 'stop_loss', -150::numeric) $$, 'it is stopped out there');

select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');

-- Facts, and nothing without an action.
select is(tests.refusal(act), refused, act)
from (values ('update position_adjustments set quantity_delta = 1', 'TB001 position_adjustments'), ('delete from position_adjustments', 'TB001 position_adjustments'),
             ('truncate position_adjustments', 'TB001 position_adjustments'), ('update shared_data.corporate_actions set new_units = 3', 'TB001 corporate_actions'),
             ('delete from shared_data.corporate_actions', 'TB001 corporate_actions'), ('truncate shared_data.corporate_actions', 'TB001 corporate_actions'),
             ('update orders set symbol = ''SAP''', 'TB001 orders'), ('update orders set action_number = -1', 'TB001 orders')) as tried (act, refused);

select finish();
rollback;
