-- adjust_trade, close_trade, flatten, purge_trade: what they do, and what they refuse.
begin;
select plan(52);

create function pg_temp.exits() returns text language sql as $$
  select string_agg(concat_ws(' ', purpose, side, trim_scale(quantity - filled_quantity), coalesce(stop_price, limit_price)), ', ' order by purpose)
  from orders where purpose in ('stop_loss', 'take_profit') and status in ('OPEN', 'PARTIALLY_FILLED')
$$;

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.quote('AAPL', 99, 101, 100), tests.quote('MSFT', 49, 51, 50);
select tests.act_as('alice', 'paper');
select place_order('AAPL', 'buy', 10) is not null;
select set_config('tests.trade', trade_id, true) from trades;

-- adjust_trade.
select throws_ok(act, code, null, what)
from (values
  ('select adjust_trade(current_setting(''tests.trade''), null, stop_loss => 90)', 'TB400', 'which version?'),
  ('select adjust_trade(current_setting(''tests.trade''), 1)', 'TB400', 'what shall it be?'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 90, drop_stop_loss => true)', 'TB400', 'not both'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 0)', 'TB400', 'above zero'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => ''NaN'')', 'TB400', 'a number'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 90.001)', 'TB400', 'on the tick'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 130, take_profit => 120)', 'TB400', 'in order'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 99)', 'TB422', 'not beyond the market: stop loss'),
  ('select adjust_trade(current_setting(''tests.trade''), 1, take_profit => 99)', 'TB422', 'not beyond the market: take profit'),
  ('select adjust_trade(current_setting(''tests.trade''), 2, stop_loss => 90)', 'TB409', 'stale version'),
  ('select adjust_trade(''PAPER_none'', 1, stop_loss => 90)', 'TB404', 'no such trade'),
  ('select adjust_trade(null, 1, stop_loss => 90)', 'TB404', 'no trade')) as tried (act, code, what);
select is((select version::integer from trades), 1, 'what is refused changes nothing');
select is((select count(*) from orders), 1::bigint, 'and places nothing');

select results_eq($$ select stop_loss::numeric, take_profit::numeric, version::integer from adjust_trade(current_setting('tests.trade'), 1, stop_loss => 90) $$,
  $$ values (90::numeric, null::numeric, 2) $$, 'a bracket comes later');
select is(pg_temp.exits(), 'stop_loss sell 10 90', 'its exit rests');
select results_eq($$ select stop_loss::numeric, take_profit::numeric from adjust_trade(current_setting('tests.trade'), 2, take_profit => 120) $$,
  $$ values (90::numeric, 120::numeric) $$, 'what is not given stays');
select is((select (adjust_trade(current_setting('tests.trade'), 3, stop_loss => 95)).version::integer), 4, 'repriced');
select is(pg_temp.exits(), 'stop_loss sell 10 95, take_profit sell 10 120', 'the order with it');
select is((select count(*) from orders where purpose = 'stop_loss'), 1::bigint, 'it is the same order');
select is((select (adjust_trade(current_setting('tests.trade'), 4, drop_take_profit => true)).take_profit::numeric), null, 'one is taken back');
select is(pg_temp.exits(), 'stop_loss sell 10 95', 'and its order canceled');
select results_eq($$ select actor, details ->> 'stop_loss' from audit_log where operation = 'trade_adjusted' order by seq desc limit 1 $$, $$ values ('alice', '95') $$, 'each is an event');
select tests.quote('AAPL', 94, 96, 94);
select is((select concat_ws(' ', status, exit_reason, trim_scale(exit_price)) from trades), 'CLOSED stop_loss 94', 'it works');
select throws_ok($$ select adjust_trade(current_setting('tests.trade'), 5, stop_loss => 80) $$, 'TB422', null, 'an ended trade is adjusted no more');

-- What waits enters with the new bracket.
select place_order('MSFT', 'buy', 4, 'limit', 45, time_in_force => 'GTC', stop_loss => 40) is not null;
select is((select (adjust_trade(trade_id, 1, stop_loss => 42, take_profit => 70)).status::text from trades where symbol = 'MSFT'), 'PENDING', 'a pending trade is adjusted');
select tests.quote('MSFT', 44, 45, 44);
select is(pg_temp.exits(), 'stop_loss sell 4 42, take_profit sell 4 70', 'and entered so');

-- close_trade: all of it, or a part.
select set_config('tests.trade', trade_id, true) from trades where symbol = 'MSFT';
select throws_ok(act, code, null, what)
from (values
  ('select close_trade(current_setting(''tests.trade''), quantity => 5)', 'TB400', 'more than is open'),
  ('select close_trade(current_setting(''tests.trade''), quantity => 0)', 'TB400', 'nothing'),
  ('select close_trade(current_setting(''tests.trade''), quantity => ''NaN'')', 'TB400', 'no number'),
  ('select close_trade(current_setting(''tests.trade''), expected_version => 1)', 'TB409', 'stale'),
  ('select close_trade(''PAPER_none'')', 'TB404', 'no such trade')) as tried (act, code, what);
select results_eq($$ select status::text, side::text, purpose::text, filled_quantity::numeric, reason from close_trade(current_setting('tests.trade'), quantity => 1) $$,
  $$ values ('FILLED', 'sell', 'close', 1::numeric, 'manual') $$, 'a part is closed');
select is(pg_temp.exits(), 'stop_loss sell 3 42, take_profit sell 3 70', 'its exits shrink');
select is((select status::text from close_trade(current_setting('tests.trade'), reason => 'news')), 'FILLED', 'all of it');
select is((select concat_ws(' ', status, exit_reason) from trades where symbol = 'MSFT'), 'CLOSED news', 'with its user''s own word');
select is(pg_temp.exits(), null, 'no orphan');
select throws_ok($$ select close_trade(current_setting('tests.trade')) $$, 'TB422', null, 'once');

-- Pending: canceled by its order, and then purged; nothing else is.
select place_order('MSFT', 'buy', 4, 'limit', 30, time_in_force => 'GTC') is not null;
select set_config('tests.pending', trade_id, true) from trades where status = 'PENDING';
select throws_ok($$ select close_trade(current_setting('tests.pending')) $$, 'TB422', null, 'what isn''t entered isn''t closed');
select throws_ok($$ select purge_trade(current_setting('tests.pending')) $$, 'TB422', null, 'nor purged while it waits');
select throws_ok($$ select purge_trade(current_setting('tests.trade')) $$, 'TB422', null, 'nor what was filled');
select is((select (cancel_order(order_id)).status::text from orders where status = 'OPEN'), 'CANCELED', 'its order is canceled');
select is((select (purge_trade(current_setting('tests.pending'))).status::text), 'CANCELED', 'rule 17: now it is purged');
select throws_ok($$ select purge_trade(current_setting('tests.pending')) $$, 'TB404', null, 'and gone');
select is((select count(*) from orders where trade_id = current_setting('tests.pending')), 1::bigint, 'its order stays, and keeps the id');
select is((select count(*) from audit_log where operation = 'trade_purged'), 1::bigint, 'an event tells it');

-- A trade of another's is none.
select tests.act_as('bob', 'paper');
select throws_ok(act, 'TB404', null, 'bob: ' || act)
from unnest(array['select adjust_trade(current_setting(''tests.trade''), 1, stop_loss => 1)', 'select close_trade(current_setting(''tests.trade''))',
                  'select purge_trade(current_setting(''tests.trade''))']) as tried (act);

-- flatten: everything canceled, everything closed.
select place_order('AAPL', 'buy', 10, stop_loss => 80), place_order('MSFT', 'buy', 5, strategy => 'x', take_profit => 90), place_order('AAPL', 'buy', 1, 'limit', 50, time_in_force => 'GTC');
select is((select count(*) from flatten() where status = 'FILLED'), 2::bigint, 'flatten closes every trade');

select tests.act_as_installer();
select is((select count(*) from orders where status in ('OPEN', 'PARTIALLY_FILLED', 'PENDING')), 0::bigint, 'and leaves nothing');
select is_empty('select * from differences()', 'state is what the facts say');
select finish();
rollback;
