-- Rule 28: exits go to the broker in parts, as the entry fills, and follow the trade: they grow and shrink with it, change
-- their price, make way for a take profit that is due and for what closes, and are gone when it is.
begin;
select plan(85);

select tests.set_stage();
select tests.open_at_broker('alice');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.note(what text, value text) returns text language sql as $$ select set_config('tests.' || what, value, true) $$;
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.plan() returns integer language sql as $$
  select tests.act_as_worker('alice');
  select plan_exits('w1', 'tradier', 'VA1');
$$;
-- What stands at the broker, or is on its way, for the exits of a symbol.
create function pg_temp.pieces(symbol text default 'AAPL') returns text language sql security definer as $$
  select string_agg(concat_ws(' ', case when s.is_unwanted then 'unwanted' end, o.purpose, s.state, trim_scale(s.quantity), coalesce(s.stop_price, s.limit_price)), ', ' order by o.purpose, s.created_at, s.quantity, s.stop_price)
  from order_outbox as s join orders as o using (username, order_id)
  where o.symbol = pieces.symbol and o.purpose in ('stop_loss', 'take_profit') and s.over_at is null
$$;
-- A worker sends all exits that are to go, and the broker works on them.
create function pg_temp.send_all() returns text language plpgsql as $$
declare
  t record;
begin
  perform tests.act_as_worker('alice');
  for t in select * from due_tasks('w1', 'tradier', 'VA1') where action = 'place' and effect = 'close' and order_type <> 'market' loop
    perform begin_sending('w1', t.client_id), finish_sending('w1', t.client_id, 'placed', broker_order_id => t.client_id::text),
            report_order('w1', t.client_id, 'OPEN', 'open', true, 0);
  end loop;
  return pg_temp.pieces();
end
$$;
-- The broker tells of an exit's newest piece of one state.
create function pg_temp.piece(purpose text, wanted boolean default true, symbol text default 'AAPL') returns uuid language sql security definer as $$
  select s.client_id from order_outbox as s join orders as o using (username, order_id)
  where o.symbol = piece.symbol and o.purpose = piece.purpose and s.over_at is null and s.is_unwanted <> wanted order by s.created_at desc, s.quantity limit 1
$$;
create function pg_temp.canceled(symbol text default 'AAPL') returns text language plpgsql as $$
declare
  t record;
begin
  perform tests.act_as_worker('alice');
  for t in select * from due_tasks('w1', 'tradier', 'VA1') as d where d.action = 'cancel' and d.effect = 'close' loop
    perform report_order('w1', t.client_id, 'CANCELED', 'canceled', true, t.filled_quantity);
  end loop;
  return pg_temp.pieces(canceled.symbol);
end
$$;

-- Growing with the entry.
select tests.act_as('alice', 'live');
select pg_temp.note('entry', (place_order('AAPL', 'buy', 10, 'limit', 100, stop_loss => 90, take_profit => 120)).order_id);
select is(pg_temp.plan(), 0, 'nothing is held, so nothing is to be protected');
select tests.send(pg_temp.noted('entry'), 'e'), tests.tell(pg_temp.noted('entry'), 'PARTIALLY_FILLED', 4, 100);
select is(pg_temp.plan(), 1, 'a part fills');
select is(pg_temp.pieces(), 'stop_loss QUEUED 4 90', 'and its stop loss is to rest at the broker; the take profit is watched here');
select is(pg_temp.plan(), 0, 'once');
select is(pg_temp.send_all(), 'stop_loss WORKING 4 90', 'it does');
select tests.tell(pg_temp.noted('entry'), 'FILLED', 10, 100) is not null;
select is(pg_temp.plan(), 1, 'the rest fills');
select is(pg_temp.send_all(), 'stop_loss WORKING 4 90, stop_loss WORKING 6 90', 'and has a part of its own');
select tests.act_as('alice', 'live');
select is((select string_agg(format('%s %s of %s', purpose, filled_quantity, quantity), ', ' order by purpose) from orders where purpose in ('stop_loss', 'take_profit')),
  'stop_loss 0 of 10, take_profit 0 of 10', 'of one order');
select pg_temp.note('trade', trade_id) from trades;

-- A price that its user changes.
select is((select stop_loss::numeric from adjust_trade(pg_temp.noted('trade'), 1, stop_loss => 92)), 92::numeric, 'the stop loss is moved');
select is(pg_temp.plan(), 2, 'the parts of it go');
select is(pg_temp.pieces(), 'unwanted stop_loss WORKING 4 90, unwanted stop_loss WORKING 6 90', 'and none comes before they are gone');
select tests.act_as_worker('alice');
select results_eq($$ select action, count(*) from due_tasks('w1', 'tradier', 'VA1') group by action $$, $$ values ('cancel', 2::bigint) $$, 'a worker is to cancel them');
select is(pg_temp.canceled(), null, 'gone');
select is(pg_temp.plan(), 1, 'then one comes');
select is(pg_temp.send_all(), 'stop_loss WORKING 10 92', 'of all that is open');
select is_empty('select * from tests.alarms()', 'as wished, so nothing is alarming');

-- Shrinking with what its user sells.
select tests.act_as('alice', 'live');
select pg_temp.note('close', (close_trade(pg_temp.noted('trade'), 3)).order_id);
select tests.act_as_worker('alice');
select is((select count(*) from due_tasks('w1', 'tradier', 'VA1') where action = 'place'), 0::bigint, 'what closes waits for the exits');
select is(pg_temp.plan(), 1, 'which protect the rest alone');
select is(pg_temp.pieces(), 'unwanted stop_loss WORKING 10 92', 'the part is too much');
select is((select count(*) from due_tasks('w1', 'tradier', 'VA1') where action = 'place'), 0::bigint, 'while it stands there, nothing else is sold');
select is(pg_temp.canceled(), null, 'gone');
select is(pg_temp.plan(), 1, 'then another comes');
select results_eq($$ select order_type, quantity from due_tasks('w1', 'tradier', 'VA1') where action = 'place' order by 1 $$, $$ values ('market', 3::numeric), ('stop', 7) $$, 'beside what closes');
select is(pg_temp.send_all(), 'stop_loss WORKING 7 92', 'it rests');
select tests.send(pg_temp.noted('close'), 'c1') is not null;
select is(tests.tell(pg_temp.noted('close'), 'FILLED', 3, 99), 'FILLED OVER 3', 'while that fills');
select is(pg_temp.plan(), 0, 'and nothing is to be done');
select tests.act_as('alice', 'live');
select is((select format('%s %s', status, open_quantity) from trades), 'OPEN 7', 'the trade goes on');

-- A stop loss that fills in part.
select tests.act_as_worker('alice');
select is((select status::text from report_order('w1', pg_temp.piece('stop_loss'), 'PARTIALLY_FILLED', 'p', true, 2, 91)), 'PARTIALLY_FILLED', 'it fills in part');
select is(pg_temp.plan(), 0, 'the rest of it stands there');
select tests.act_as('alice', 'live');
select is((select format('%s %s', status, open_quantity) from trades), 'CLOSING 5', 'the trade is being closed');
select is((select string_agg(format('%s %s of %s', purpose, filled_quantity, quantity), ', ' order by purpose) from orders where purpose in ('stop_loss', 'take_profit')),
  'stop_loss 2 of 7, take_profit 0 of 5', 'and the take profit is less');

-- Profit due, and back.
select tests.quote('AAPL', 119, 121), tests.quote('AAPL', 119.99, 121);
select is(pg_temp.plan(), 0, 'short of the take profit the stop loss stays');
select tests.quote('AAPL', 120, 121);
select is(pg_temp.plan(), 1, 'at its price it is due');
select is(pg_temp.pieces(), 'unwanted stop_loss WORKING 7 92', 'the stop loss goes first');
select is(pg_temp.canceled(), null, 'is gone');
select is(pg_temp.plan(), 1, 'then the take profit comes');
select is(pg_temp.send_all(), 'take_profit WORKING 5 120', 'for what is open');
select tests.quote('AAPL', 119, 121);
select is(pg_temp.plan(), 0, 'and stays while the market is near');
select tests.quote('AAPL', 106, 108);
select is(pg_temp.plan(), 0, 'up to the middle between both');
select tests.quote('AAPL', 105.99, 108);
select is(pg_temp.plan(), 1, 'from there it is no longer due');
select is(pg_temp.canceled(), null, 'it goes');
select is(pg_temp.plan(), 1, 'and the stop loss comes');
select is(pg_temp.send_all(), 'stop_loss WORKING 5 92', 'back');

-- An exit that the broker refuses, loses, or cancels: alarmed, and sent again, not all the time.
select tests.act_as_worker('alice');
select report_order('w1', pg_temp.piece('stop_loss'), 'CANCELED', 'canceled', true, 0) is not null;
select results_eq('select kind, severity from tests.alarms()', $$ values ('exit_lost', 'HIGH') $$, 'lost at the broker, it is alarmed');
select is(pg_temp.plan(), 0, 'what was just lost isn''t sent again at once');
select tests.act_as_installer();
update order_outbox set over_at = over_at - interval '2 minutes' where over_at is not null;
select is(pg_temp.plan(), 1, 'but in a minute');
select tests.act_as_worker('alice');
select begin_sending('w1', pg_temp.piece('stop_loss')), finish_sending('w1', pg_temp.piece('stop_loss'), 'refused', 'no stops today');
select is((select string_agg(kind || ' ' || severity, ', ') from tests.alarms()), 'exit_lost HIGH, exit_refused HIGH', 'refused, it is alarmed too');
select is(pg_temp.plan(), 0, 'and isn''t sent all the time');
select tests.act_as('alice', 'live');
select results_eq($$ select purpose::text, status::text from orders where purpose in ('stop_loss', 'take_profit') order by purpose $$, $$ values ('stop_loss', 'PARTIALLY_FILLED'), ('take_profit', 'OPEN') $$, 'the trade keeps its exits here');
select tests.act_as_installer();
update order_outbox set over_at = over_at - interval '2 minutes' where over_at is not null;
select is(pg_temp.plan(), 1, 'in a minute it is');
select is(pg_temp.send_all(), 'stop_loss WORKING 5 92', 'and taken');

-- Filled, the trade is over and so is all that belongs to it.
select tests.act_as_worker('alice');
select is((select status::text from report_order('w1', pg_temp.piece('stop_loss'), 'FILLED', 'filled', true, 5, 91.5, fee => 1)), 'FILLED', 'the stop loss fills');
select is(pg_temp.plan(), 0, 'nothing is to be done any more');
select is(pg_temp.pieces(), null, 'nothing stands there');
select tests.act_as('alice', 'live');
select results_eq('select status::text, exit_reason, open_quantity from trades', $$ values ('CLOSED', 'stop_loss', 0::numeric) $$, 'the trade is over');
select is((select string_agg(format('%s %s %s', purpose, status, filled_quantity), ', ' order by purpose) from orders where purpose in ('stop_loss', 'take_profit')),
  'stop_loss FILLED 7, take_profit CANCELED 0', 'by its stop loss');
select is((select fees::numeric from orders where purpose = 'stop_loss'), 1::numeric, 'each part pays its own fees');

-- A take profit alone rests at the broker.
select pg_temp.note('entry', (place_order('MSFT', 'sell', 10, 'limit', 100, take_profit => 80)).order_id);
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('entry'), 'e2'), tests.tell(pg_temp.noted('entry'), 'FILLED', 10, 100);
select is(pg_temp.plan(), 1, 'of a short without a stop loss');
select is(pg_temp.pieces('MSFT'), 'take_profit QUEUED 10 80', 'the take profit rests at the broker');
select tests.act_as('alice', 'live');
select pg_temp.note('short', trade_id) from trades where symbol = 'MSFT';
select adjust_trade(pg_temp.noted('short'), 1, stop_loss => 110) is not null;
select is(pg_temp.plan(), 2, 'given a stop loss, that rests instead');
select is(pg_temp.pieces('MSFT'), 'stop_loss QUEUED 10 110', 'where nothing had left, at once');
select pg_temp.send_all() is not null;
select tests.quote('MSFT', 78, 80);
select is(pg_temp.plan(), 1, 'a short''s profit is due at the ask');
select is(pg_temp.pieces('MSFT'), 'unwanted stop_loss WORKING 10 110', 'likewise');
select tests.act_as_worker('alice');
select is((select status::text from report_order('w1', pg_temp.piece('stop_loss', false, 'MSFT'), 'CANCELED', 'canceled', true, 4, 110)), 'PARTIALLY_FILLED', 'it filled in part before it was gone');
select is(pg_temp.plan(), 1, 'then the take profit comes');
select is(pg_temp.pieces('MSFT'), 'take_profit QUEUED 6 80', 'for the remainder');
select pg_temp.send_all() is not null;

-- Given up by its user, and the trade closed: nothing is sold twice.
select tests.act_as('alice', 'live');
select pg_temp.note('close', (select order_id from flatten()));
select is(tests.stands(pg_temp.noted('close')), 'PENDING QUEUED', 'flatten closes');
select tests.act_as_worker('alice');
select is((select count(*) from due_tasks('w1', 'tradier', 'VA1') where action = 'place'), 0::bigint, 'once its exits are gone');
select is(pg_temp.plan(), 1, 'which go');
select is((select count(*) from due_tasks('w1', 'tradier', 'VA1') where action = 'place'), 0::bigint, 'gone, not only asked to');
select tests.act_as_worker('alice');
select is((select status::text from report_order('w1', pg_temp.piece('take_profit', false, 'MSFT'), 'CANCELED', 'canceled', true, 2, 80)), 'PARTIALLY_FILLED', 'one fills in part meanwhile');
select is(begin_sending('w1', tests.client_id(pg_temp.noted('close'))), false, 'what closes is more than is open by now, and doesn''t leave');
select is((select format('%s %s', action, quantity) from due_tasks('w1', 'tradier', 'VA1') where order_id = pg_temp.noted('close')), 'place 4', 'but as much as is');
select tests.send(pg_temp.noted('close'), 'c2') is not null;
select is(tests.tell(pg_temp.noted('close'), 'FILLED', 4, 79), 'CANCELED OVER 4', 'it fills, and the rest of it is over');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, exit_reason, open_quantity from trades where symbol = 'MSFT' $$, $$ values ('CLOSED', 'flatten', 0::numeric) $$, 'and nothing is open');
select is((select quantity::numeric from positions where symbol = 'MSFT'), 0::numeric, 'nor too much');
select is(pg_temp.plan(), 0, 'nothing is left to be done');

-- A trade that has ended, and a portfolio that is closed, before anybody planned: what stands there goes all the same.
select tests.act_as('alice', 'live');
select tests.quote('AAPL', 99, 101);
select pg_temp.note('entry', (place_order('AAPL', 'buy', 2, 'limit', 100, stop_loss => 90)).order_id);
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('entry'), 'e3'), tests.tell(pg_temp.noted('entry'), 'FILLED', 2, 100), pg_temp.plan(), pg_temp.send_all();
select tests.act_as_worker('alice');
select report_order('w1', report_external('w1', 'tradier', 'VA1', 'x', 'AAPL', 'sell', 2, now() + interval '1 second'), 'FILLED', 'filled', true, 2, 100) is not null;
select tests.act_as('alice', 'live');
select is((select is_active from close_portfolio('main')), false, 'a portfolio without anything open is closed');
select lives_ok($$ select open_portfolio('anew', feed => 'tape', broker => 'tradier', account => 'VA1') $$, 'and its account opened anew');
select is(pg_temp.pieces(), 'stop_loss WORKING 2 90', 'while a stop loss still rests there');
select is(pg_temp.plan(), 1, 'it goes');
select is(pg_temp.pieces(), 'unwanted stop_loss WORKING 2 90', 'with its portfolio');
select is(pg_temp.canceled(), null, 'for good');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
