-- What closes is never more than is open by the time that it leaves, and waits for what it takes the place of.
begin;
select plan(25);

select tests.set_stage();
select tests.open_at_broker('alice', holdings => '{"AAPL": {"quantity": "10", "cost": "1000"}, "MSFT": {"quantity": "-10", "cost": "-1000"}}');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;
create function pg_temp.due() returns text language sql as $$
  select string_agg(concat_ws(' ', t.action, t.side, t.quantity), ', ' order by t.action, t.quantity) from due_tasks('w1', 'tradier', 'VA1') as t
$$;
-- An external sale at the broker, which is a fact that came in between.
create function pg_temp.sold_there(id text, quantity numeric, symbol text default 'AAPL', side text default 'sell') returns void language plpgsql as $$
begin
  perform report_order('w1', report_external('w1', 'tradier', 'VA1', id, sold_there.symbol, sold_there.side, sold_there.quantity, now() + interval '1 second'), 'FILLED', 'filled', true, sold_there.quantity, 100);
end
$$;
select set_config('tests.' || lower(symbol), trade_id, true) from trades;

-- Its user's own sale works there: the closing of all asks it back, and waits.
select tests.act_as('alice', 'live');
select set_config('tests.sale', (place_order('AAPL', 'sell', 10, 'limit', 150)).order_id, true);
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('sale'), 's'), tests.tell(pg_temp.noted('sale'), 'OPEN');
select tests.act_as('alice', 'live');
select set_config('tests.close', (close_trade(pg_temp.noted('aapl'))).order_id, true);
select is(tests.stands(pg_temp.noted('sale')) || ', ' || tests.stands(pg_temp.noted('close')), 'OPEN cancel WORKING, PENDING QUEUED', 'a sale that works is asked back by the closing of all');
select tests.act_as_worker('alice');
select is(pg_temp.due(), 'cancel sell 10', 'which waits for it');
select is(tests.tell(pg_temp.noted('sale'), 'CANCELED', 4, 150), 'CANCELED OVER 4', 'it filled in part');
select is(pg_temp.due(), 'place sell 10', 'then what closes may leave');
select is(begin_sending('w1', pg_temp.id('close')), false, 'but not for more than is open');
select is(pg_temp.due(), 'place sell 6', 'as much as is');
select is(begin_sending('w1', pg_temp.id('close')), true, 'leaves');
select finish_sending('w1', pg_temp.id('close'), 'placed', broker_order_id => 'c');
select is(tests.tell(pg_temp.noted('close'), 'FILLED', 6, 100), 'CANCELED OVER 6', 'and fills, short of what was asked for');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, open_quantity from trades where symbol = 'AAPL' $$, $$ values ('CLOSED', 0::numeric) $$, 'the trade is over');

-- Parts of a short, which somebody else covers too.
select set_config('tests.one', (close_trade(pg_temp.noted('msft'), 4)).order_id, true), set_config('tests.two', (close_trade(pg_temp.noted('msft'), 6)).order_id, true);
select tests.act_as_worker('alice');
select pg_temp.sold_there('x1', 3, 'MSFT', 'buy');
select is(begin_sending('w1', pg_temp.id('one')), true, 'of 7 that are open 4 are being closed');
select is(begin_sending('w1', pg_temp.id('two')), false, 'so 6 more are too much');
select is(pg_temp.due(), 'find buy 4, place buy 3', '3 aren''t');
select pg_temp.sold_there('x2', 3, 'MSFT', 'buy');
select is(begin_sending('w1', pg_temp.id('two')), false, 'until those are covered as well');
select is(tests.stands(pg_temp.noted('two')), 'CANCELED WITHDRAWN', 'then nothing is left to close');
select tests.act_as('alice', 'live');
select is((select end_reason from orders where order_id = pg_temp.noted('two')), 'nothing is left to close', 'which is its end');
select tests.act_as_worker('alice');
select finish_sending('w1', pg_temp.id('one'), 'placed', broker_order_id => 'd');
select is(tests.tell(pg_temp.noted('one'), 'FILLED', 4, 100), 'FILLED OVER 4', 'the first fills');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, open_quantity from trades where symbol = 'MSFT' $$, $$ values ('CLOSED', 0::numeric) $$, 'and the trade is over');

-- A user's own reducing order, likewise: it never turns into a short on its way.
select tests.act_as_worker('alice');
select pg_temp.sold_there('x3', 10, 'AAPL', 'buy');
select tests.act_as('alice', 'live');
select set_config('tests.first', (place_order('AAPL', 'sell', 5, 'limit', 150)).order_id, true), set_config('tests.second', (place_order('AAPL', 'sell', 5, 'limit', 160)).order_id, true);
select is((select string_agg(distinct effect, ', ') from order_outbox where order_id in (pg_temp.noted('first'), pg_temp.noted('second'))), 'close', 'both only reduce');
select tests.act_as_worker('alice');
select is(begin_sending('w1', pg_temp.id('first')), true, 'one leaves');
select pg_temp.sold_there('x4', 3);
select is(begin_sending('w1', pg_temp.id('second')), false, 'the other is more than is left by now');
select is(pg_temp.due(), 'find sell 5, place sell 2', 'and leaves with that');
select is(begin_sending('w1', pg_temp.id('second')), true, 'so it does');

-- A part is closed while a sale of its user's works: that keeps nothing.
select tests.act_as('alice', 'live');
select set_config('tests.close', (close_trade((select trade_id from trades where symbol = 'AAPL' and closed_at is null), 2)).order_id, true);
select tests.act_as_worker('alice');
select is(begin_sending('w1', pg_temp.id('close')), true, 'closing always leaves');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
