-- Rule 15: the bracket belongs to the trade. Exits rest as the entry fills, sized to what has filled; one's fill reduces the
-- other, its completion cancels it.
begin;
select plan(51);

create function pg_temp.exits() returns text language sql as $$
  select string_agg(concat_ws(' ', purpose, side, trim_scale(quantity - filled_quantity), coalesce(stop_price, limit_price)), ', ' order by purpose)
  from orders where purpose in ('stop_loss', 'take_profit') and status in ('OPEN', 'PARTIALLY_FILLED')
$$;
create function pg_temp.newest() returns text language sql as $$
  select concat_ws(' ', t.direction, t.status, trim_scale(t.open_quantity), trim_scale(t.net_pnl), t.exit_reason) from trades as t join orders as o on o.order_id = t.entry_order_id order by o.created_at desc, o.order_number desc limit 1
$$;

select tests.set_stage();
select tests.open('alice', allow_short => true), tests.open('bob');
select tests.quote('AAPL', 99, 101, 100), tests.quote('MSFT', 49, 51, 50);
select tests.act_as('alice', 'paper');

-- At entry, long: both exits rest at once, and hold nothing.
select results_eq(
  $$ select status::text, trade_id is not null, stop_loss::numeric, take_profit::numeric
     from place_order('AAPL', 'buy', 10, stop_loss => 90, take_profit => 120, context => '{"regime": "trend", "signal_reason": "breakout", "signal": {"kind": "x"}}') $$,
  $$ values ('FILLED', true, 90::numeric, 120::numeric) $$, 'an entry with a bracket');
select is(pg_temp.exits(), 'stop_loss sell 10 90, take_profit sell 10 120', 'its exits rest');
select results_eq($$ select stop_loss::numeric, take_profit::numeric, first_stop_loss::numeric, regime, signal_reason from trades $$,
  $$ values (90::numeric, 120::numeric, 90::numeric, 'trend', 'breakout') $$, 'the trade knows them, and why it was entered');
select is((select count(*) from trades where trade_context @> '{"signal": {"kind": "x"}}'), 1::bigint, 'T-01-02 JSONB trade_context stores and queries data');
select results_eq('select held::numeric from balances', array[0::numeric], 'they hold no money');
select is((select closable_quantity from open_positions), 10::numeric, 'and nothing against her own reducing order');
select results_eq($$ select time_in_force::text, placed_at, effective_number from orders where purpose <> 'trade' order by purpose $$,
  $$ values ('GTC', timestamptz '2026-03-02 15:00:01+00', 2::bigint), ('GTC', '2026-03-02 15:00:01+00', 2) $$, 'GTC, from its fill on');

-- They can't be canceled apart; cancel_all leaves them.
select throws_ok($$ select cancel_order(order_id) from orders where purpose = 'stop_loss' $$, 'TB422', null, 'exits change only by adjust_trade');
select throws_ok($$ select replace_order(order_id, 1, stop_price => 95) from orders where purpose = 'stop_loss' $$, 'TB422', null, 'nor are they replaced');
select is((select count(*) from cancel_all()), 0::bigint, 'cancel_all leaves them');

-- Her own reduction shrinks them in its transaction.
select is((select status::text from place_order('AAPL', 'sell', 4)), 'FILLED', 'a scale-out');
select is(pg_temp.exits(), 'stop_loss sell 6 90, take_profit sell 6 120', 'shrinks them');

-- Scaling in: given values replace, absent ones stay.
select is((select status::text from place_order('AAPL', 'buy', 2, take_profit => 125)), 'FILLED', 'a scale-in');
select is(pg_temp.exits(), 'stop_loss sell 8 90, take_profit sell 8 125', 'grows them; what is given replaces, what is not stays');

-- Take profit: filled at its limit; the stop loss is canceled with it.
select tests.quote('AAPL', 126, 128, 127);
select is(pg_temp.newest(), 'long CLOSED 0 184 take_profit', 'the market trades through it: closed at its limit');
select is(pg_temp.exits(), null, 'no orphan');
select results_eq($$ select status::text, end_reason from orders where purpose = 'stop_loss' $$, $$ values ('CANCELED', 'its trade has ended') $$, 'one cancels the other');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

-- Short, stopped out through a gap, at the market.
select tests.act_as('alice', 'paper');
select is((select status::text from place_order('MSFT', 'sell', 10, stop_loss => 55, take_profit => 40)), 'FILLED', 'a short entry');
select is(pg_temp.exits(), 'stop_loss buy 10 55, take_profit buy 10 40', 'exits on the other side');
select tests.quote('MSFT', 59, 61, 60);
select is(pg_temp.newest(), 'short CLOSED 0 -120 stop_loss', 'a gap stops it out at the market');
select is(pg_temp.exits(), null, 'no orphan');

-- A waiting entry: the exits come with its fill, not before; canceled, it takes its trade with it.
select is((select status::text from place_order('MSFT', 'buy', 10, 'limit', 45, time_in_force => 'GTC', stop_loss => 40, take_profit => 60)), 'OPEN', 'an entry that waits');
select is(pg_temp.newest(), 'long PENDING 0 0', 'begins its trade');
select is(pg_temp.exits(), null, 'without exits yet');
select is((select (cancel_order(order_id)).status::text from orders where status = 'OPEN'), 'CANCELED', 'canceled');
select is(pg_temp.newest(), 'long CANCELED 0 0 canceled', 'the trade is over, unfilled');

-- Refused: TB400 against its own price, REJECTED against the market, or on an order that reduces.
select throws_ok($$ select place_order('AAPL', 'buy', 1, 'limit', 100, stop_loss => 100) $$, 'TB400', null, 'on the wrong side of its own limit');
select results_eq($$ select status::text, reject_reason from place_order('AAPL', 'buy', 1, stop_loss => 130) $$,
  $$ values ('REJECTED', 'the stop loss of 130 is on the wrong side of the market, at 128') $$, 'on the wrong side of the market');
select is((select status::text from place_order('AAPL', 'buy', 1, take_profit => 127)), 'REJECTED', 'so is a take profit');
select is((select status::text from place_order('AAPL', 'buy', 5)), 'FILLED', 'an entry without one');
select results_eq($$ select status::text, reject_reason from place_order('AAPL', 'sell', 1, stop_loss => 140) $$,
  $$ values ('REJECTED', 'an order that reduces takes no bracket: adjust_trade changes the trade''s own') $$, 'on an order that reduces');
select is((select count(*) from trades where status = 'PENDING'), 0::bigint, 'an order REJECTED at submit makes no trade');

-- A partial entry: the exits are sized to what has filled, and grow with it.
select tests.act_as_installer();
update portfolios set partial_fills = true, max_participation = 50 where username = 'bob';
select tests.quote('AAPL', 99, 101, 100, bid_size => 8, ask_size => 8);
select tests.act_as('bob', 'paper');
select results_eq($$ select status::text, filled_quantity::numeric from place_order('AAPL', 'buy', 10, 'limit', 101, time_in_force => 'GTC', stop_loss => 90, take_profit => 120) $$,
  $$ values ('PARTIALLY_FILLED', 4::numeric) $$, 'half of what the quote offers');
select is(pg_temp.newest(), 'long PARTIALLY_FILLED 4 0', 'the trade is partly entered');
select is(pg_temp.exits(), 'stop_loss sell 4 90, take_profit sell 4 120', 'exits of what has filled');
select tests.quote('AAPL', 99, 100, 100, bid_size => 8, ask_size => 20);
select is(pg_temp.newest(), 'long OPEN 10 0', 'the entry is complete');
select is(pg_temp.exits(), 'stop_loss sell 10 90, take_profit sell 10 120', 'and the exits have grown');

-- A partial exit: its other leg shrinks by as much.
select tests.quote('AAPL', 121, 123, 122, bid_size => 6, ask_size => 6);
select is(pg_temp.exits(), 'stop_loss sell 7 90, take_profit sell 7 120', 'one exit''s fill reduces the other');
select is((select status::text from trades), 'CLOSING', 'the trade is closing');
select tests.quote('AAPL', 89, 91, 90, bid_size => 100, ask_size => 100);
select is(pg_temp.exits(), null, 'the other completes it, at the market');
select results_eq($$ select purpose::text, status::text, filled_quantity::numeric from orders where purpose <> 'trade' order by purpose $$,
  $$ values ('stop_loss', 'FILLED', 7::numeric), ('take_profit', 'CANCELED', 3) $$, 'never two exits beyond the entry');
select is((select sum(quantity) from executions where side = 'sell'), 10::numeric, 'what was entered was exited');

-- A partly filled entry that is stopped out takes its rest with it.
select is((select status::text from place_order('MSFT', 'buy', 10, 'limit', 30, time_in_force => 'GTC', stop_loss => 20)), 'OPEN', 'another entry waits');
select tests.quote('MSFT', 29, 30, 30, bid_size => 100, ask_size => 8);
select is(pg_temp.exits(), 'stop_loss sell 4 20', 'it is partly filled');
select tests.quote('MSFT', 19, 40, bid_size => 100, ask_size => 100);
select is(pg_temp.newest(), 'long CLOSED 0 -44 stop_loss', 'its stop loss ends the trade');
select results_eq($$ select status::text, end_reason from orders where purpose = 'trade' and symbol = 'MSFT' $$, $$ values ('CANCELED', 'its trade has ended') $$,
  'the rest of the entry is canceled with it');

select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');
select is((select count(*) from orders where status in ('OPEN', 'PARTIALLY_FILLED')), 0::bigint, 'nothing is left behind');

-- Nobody moves an exit but the verbs.
select is(tests.refusal($$ update orders set purpose = 'trade' where purpose = 'stop_loss' $$), 'TB001 orders', 'an exit stays one');
select is((select count(*) from audit_log where operation = 'exit_fitted'), (select count(*) from audit_log where operation = 'exit_fitted' and actor = 'venue'), 'fitting is the venue''s');

select finish();
rollback;
