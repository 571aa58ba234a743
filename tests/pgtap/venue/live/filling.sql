-- Fills come in by the broker's ids, each once, or, where it has none, by what the totals moved; an order ends only when
-- all that the broker speaks of is recorded.
begin;
select plan(52);

select tests.set_stage();
select tests.open_at_broker('alice');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.at_broker(what text, symbol text, side text, quantity numeric) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select set_config('tests.' || what, (place_order(symbol, side, quantity, 'limit', 100)).order_id, true);
  select tests.act_as_worker('alice');
  select tests.send(pg_temp.noted(what), what);
$$;
create function pg_temp.fills(what text) returns table (fill_id text, quantity numeric, price numeric, fee numeric) language sql security definer as $$
  select replace(e.fill_id, coalesce(tests.client_id(e.order_id)::text, ''), 'ID'), e.quantity, e.price, e.fee from executions as e where e.order_id = pg_temp.noted(what) order by e.seq
$$;

-- By the broker's ids.
select is(pg_temp.at_broker('a', 'AAPL', 'buy', 10), 'PENDING PLACED', 'an order');
select is(tests.tell(pg_temp.noted('a'), 'PARTIALLY_FILLED', 4, 99.5, '[{"fill_id": "f1", "quantity": "4", "price": "99.5", "fee": "0.4", "liquidity": "maker", "executed_at": "2026-03-02T15:00:01Z"}]'),
  'PARTIALLY_FILLED WORKING 4', 'fills in part before it was ever seen open');
select results_eq($$ select * from pg_temp.fills('a') $$, $$ values ('tradier:f1', 4::numeric, 99.5, 0.4) $$, 'by the broker''s id, price and fee');
select is(tests.tell(pg_temp.noted('a'), 'PARTIALLY_FILLED', 4, 99.5, '[{"fill_id": "f1", "quantity": "4", "price": "99.5", "fee": "0.4"}]'), 'PARTIALLY_FILLED WORKING 4', 'told again, it enters once');
select is(tests.tell(pg_temp.noted('a'), 'FILLED', 10, 99.8, '[{"fill_id": "f1", "quantity": "4", "price": "99.5"}]'), 'PARTIALLY_FILLED WORKING 4',
  'FILLED is no end before its fills are told');
select is(tests.tell(pg_temp.noted('a'), 'FILLED', 10, 99.8, '[{"fill_id": "f3", "quantity": "1", "price": "100", "executed_at": "2026-03-02T15:00:03Z"}, {"fill_id": "f1", "quantity": "4", "price": "99.5"},
  {"fill_id": "f2", "quantity": "5", "price": "100", "executed_at": "2026-03-02T15:00:02Z"}]'), 'FILLED OVER 10', 'with the last of them it is');
select results_eq($$ select fill_id, quantity from pg_temp.fills('a') $$, $$ values ('tradier:f1', 4::numeric), ('tradier:f2', 5), ('tradier:f3', 1) $$, 'in the order of their time');
select tests.act_as('alice', 'live');
select results_eq($$ select average_price, fees::numeric from orders where order_id = pg_temp.noted('a') $$, $$ values (99.8, 0.4) $$, 'the order adds up');
select results_eq($$ select quantity::numeric, cost::numeric from positions where symbol = 'AAPL' $$, $$ values (10::numeric, 998::numeric) $$, 'and so does the position');
select results_eq($$ select executed_at, liquidity::text, price_source::text from executions order by seq limit 1 $$, $$ values (timestamptz '2026-03-02 15:00:01+00', 'maker', 'broker') $$, 'at the broker''s time');
select results_eq($$ select filled_quantity::numeric, filled_value::numeric from order_outbox $$, $$ values (10::numeric, 998::numeric) $$, 'the outbox counts what is recorded');

-- By the totals.
select is(pg_temp.at_broker('b', 'AAPL', 'buy', 10), 'PENDING PLACED', 'another broker gives no ids');
select is(tests.tell(pg_temp.noted('b'), 'PARTIALLY_FILLED', 4, 100, fee => 0.4), 'PARTIALLY_FILLED WORKING 4', 'only totals');
select is(tests.tell(pg_temp.noted('b'), 'PARTIALLY_FILLED', 4, 100, fee => 0.4), 'PARTIALLY_FILLED WORKING 4', 'the same ones are no fill');
select is(tests.tell(pg_temp.noted('b'), 'PARTIALLY_FILLED', 3, 100), 'PARTIALLY_FILLED WORKING 4', 'nor are older ones');
select is(tests.tell(pg_temp.noted('b'), 'PARTIALLY_FILLED', 7), 'PARTIALLY_FILLED WORKING 4', 'a fill without a price waits for one');
select is(tests.tell(pg_temp.noted('b'), 'FILLED', 10), 'PARTIALLY_FILLED WORKING 4', 'and its end with it');
select is(tests.tell(pg_temp.noted('b'), 'FILLED', 10, 97, fee => 1.0), 'FILLED OVER 10', 'what the totals moved by is a fill');
select results_eq($$ select * from pg_temp.fills('b') $$, $$ values ('tradier:ID:4', 4::numeric, 100::numeric, 0.4), ('tradier:ID:10', 6, 95, 0.6) $$, 'at the price that moves the average so, and the fee likewise');
select tests.act_as('alice', 'live');
select is((select average_price from orders where order_id = pg_temp.noted('b')), 97::numeric, 'the broker''s average is the order''s');
select results_eq($$ select model ->> 'price' from executions where order_id = pg_temp.noted('b') limit 1 $$, array['what the average moved by'], 'and the execution says how it was reckoned');

-- Averages that are rounded at the broker.
select is(pg_temp.at_broker('c', 'MSFT', 'buy', 3), 'PENDING PLACED', 'thirds');
select is(tests.tell(pg_temp.noted('c'), 'PARTIALLY_FILLED', 1, 99.99), 'PARTIALLY_FILLED WORKING 1', 'one');
select is(tests.tell(pg_temp.noted('c'), 'PARTIALLY_FILLED', 2, 99.986667), 'PARTIALLY_FILLED WORKING 2', 'two');
select is(tests.tell(pg_temp.noted('c'), 'FILLED', 3, 99.97), 'FILLED OVER 3', 'three');
select tests.act_as('alice', 'live');
select is((select round(average_price, 6) from orders where order_id = pg_temp.noted('c')), 99.97, 'come to the broker''s average');

-- Ends that aren't full.
select is(pg_temp.at_broker('d', 'MSFT', 'buy', 10), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('d'), 'CANCELED', 4, 100), 'CANCELED OVER 4', 'is canceled by the broker with a part filled, which is recorded first');
select tests.act_as('alice', 'live');
select results_eq($$ select end_reason, filled_quantity::numeric, held_amount::numeric from orders where order_id = pg_temp.noted('d') $$, $$ values ('canceled by the broker', 4::numeric, 0::numeric) $$, 'it keeps its part');
select is(pg_temp.at_broker('e', 'MSFT', 'buy', 10), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('e'), 'EXPIRED', 0), 'EXPIRED OVER', 'expires without any');
select is(pg_temp.at_broker('f', 'MSFT', 'buy', 10), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('f'), 'REJECTED', 2, 100, reason => 'enough'), 'CANCELED OVER 2', 'is rejected after a part: what was filled is never REJECTED');
select tests.act_as('alice', 'live');
select is((select end_reason from orders where order_id = pg_temp.noted('f')), 'enough', 'with the broker''s reason');
select is(pg_temp.at_broker('g', 'MSFT', 'buy', 10), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('g'), 'CANCELED', 5, fills => '[{"fill_id": "g1", "quantity": "2", "price": "100"}]'), 'PARTIALLY_FILLED WORKING 2', 'canceled, but a fill is still to be told');
select is(tests.tell(pg_temp.noted('g'), 'CANCELED', 5, fills => '[{"fill_id": "g2", "quantity": "3", "price": "100"}]'), 'CANCELED OVER 5', 'then it is over');

-- Two orders with the same fill id at two brokers, or a fill told of the wrong one, enter by their own id.
select is(pg_temp.at_broker('h', 'MSFT', 'buy', 1), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('h'), 'FILLED', 1, 100, '[{"fill_id": "g2", "quantity": "1", "price": "100"}]'), 'OPEN WORKING', 'a fill id that is another order''s isn''t recorded twice');
select is(tests.tell(pg_temp.noted('h'), 'FILLED', 1, 100, '[{"fill_id": "h1", "quantity": "1", "price": "100"}]'), 'FILLED OVER 1', 'its own is');

select is(pg_temp.at_broker('k', 'MSFT', 'buy', 1), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('k'), 'FILLED', 0), 'OPEN WORKING', 'FILLED of nothing is no end');
select is(tests.tell(pg_temp.noted('k'), 'FILLED', null), 'OPEN WORKING', 'nor of who knows what');
select is(tests.tell(pg_temp.noted('k'), 'FILLED', 1, 100), 'FILLED OVER 1', 'but of what filled');

-- A sale closes, a fee in no currency but its own.
select is(pg_temp.at_broker('i', 'AAPL', 'sell', 20), 'PENDING PLACED', 'what is held is sold');
select is(tests.tell(pg_temp.noted('i'), 'FILLED', 20, 100, fee => 2), 'FILLED OVER 20', 'at once');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, exit_reason, realized_pnl::numeric, net_pnl from trades where symbol = 'AAPL' $$, $$ values ('CLOSED', 'order', 32::numeric, 28.6) $$, 'the trade is over, with its profit');
select is((select amount::numeric - 100000 from balances where currency = 'USD'),
  (select sum(case side when 'buy' then -1 else 1 end * quantity * price - fee) from executions), 'cash is what the fills say');
select is((select held::numeric from balances where currency = 'USD'), 0::numeric, 'and nothing is held');
select is_empty('select * from tests.alarms()', 'nothing of it was alarming');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
