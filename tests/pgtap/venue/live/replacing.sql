-- Replacing: at once before an order has left; else it keeps its terms until the broker shows the new ones, and keeps
-- them for good where the broker refuses, or never shows them.
begin;
select plan(78);

select tests.set_stage();
select tests.open_at_broker('alice');
select tests.quote('AAPL', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.at_broker(what text, quantity numeric default 10, side text default 'buy', lim numeric default 90) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select set_config('tests.' || what, (place_order('AAPL', side, quantity, 'limit', lim)).order_id, true);
  select tests.act_as_worker('alice');
  select tests.send(pg_temp.noted(what), what);
  select tests.tell(pg_temp.noted(what), 'OPEN');
$$;
create function pg_temp.replace(what text, version integer, quantity numeric default null, lim numeric default null) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select replace_order(pg_temp.noted(what), version, quantity => replace.quantity, limit_price => lim) is not null;
  select tests.act_as_worker('alice');
  select tests.stands(pg_temp.noted(what));
$$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;
create function pg_temp.due(what text) returns text language sql as $$
  select string_agg(case t.action when 'replace' then concat_ws(' ', t.action, t.new_quantity, t.new_limit_price, t.new_stop_price) else t.action end, ', ') from due_tasks('w1', 'tradier', 'VA1') as t where t.order_id = pg_temp.noted(what)
$$;
create function pg_temp.terms(what text) returns text language sql security definer as $$
  select format('%s at %s, version %s, holds %s', o.quantity, o.limit_price, o.version, o.held_amount) from orders as o where o.order_id = pg_temp.noted(what)
$$;
-- The broker's answer, with the terms that it shows.
create function pg_temp.shows(what text, status text, filled numeric, quantity numeric, lim numeric, broker_id text default null) returns text language sql as $$
  select report_order('w1', pg_temp.id(what), status, lower(status), true, filled, case when filled > 0 then 90 end, quantity => shows.quantity, limit_price => lim, broker_order_id => broker_id) is not null;
  select tests.stands(pg_temp.noted(what));
$$;

-- Before it has left.
select tests.act_as('alice', 'live');
select set_config('tests.a', (place_order('AAPL', 'buy', 10, 'limit', 90)).order_id, true);
select set_config('tests.first', pg_temp.id('a')::text, true);
select is(pg_temp.replace('a', 1, 12, 91), 'PENDING QUEUED', 'what hasn''t left');
select is(pg_temp.terms('a'), '12 at 91, version 2, holds 1092', 'changes at once');
select isnt(pg_temp.id('a')::text, pg_temp.noted('first'), 'and leaves by another id');
select is((select string_agg(format('%s %s', action, quantity), ', ') from due_tasks('w1', 'tradier', 'VA1')), 'place 12', 'once');
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(pg_temp.noted('a'), 1, quantity => 13) $$, 'TB409', null, 'a stale version');

-- While it is on its way nobody knows what it is.
select tests.act_as_worker('alice');
select begin_sending('w1', pg_temp.id('a'));
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(pg_temp.noted('a'), 2, quantity => 13) $$, 'TB422', null, 'on its way it stays as it was');
select tests.act_as_worker('alice');
select finish_sending('w1', pg_temp.id('a'), 'refused', 'x');

-- Taken.
select is(pg_temp.at_broker('b'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('b', 1, 20, 91), 'OPEN replace WORKING', 'a replacement is asked for');
select is(pg_temp.terms('b'), '10 at 90, version 1, holds 900', 'until it is taken the old terms hold');
select is(pg_temp.due('b'), 'replace 20 91', 'a worker is to send it');
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(pg_temp.noted('b'), 1, quantity => 21) $$, 'TB422', null, 'one at a time');
select tests.act_as_worker('alice');
select is(begin_change('w1', pg_temp.id('b')), true, 'the intent is stored first');
select is(begin_change('w1', pg_temp.id('b')), false, 'and it is sent once');
select is(pg_temp.due('b'), 'read', 'then reading tells');
select lives_ok($$ select finish_change('w1', pg_temp.id('b'), 'taken') $$, 'the broker took it');
select is(pg_temp.shows('b', 'OPEN', 0, 10, 90), 'OPEN replace WORKING', 'it still shows the old terms');
select is(pg_temp.shows('b', 'OPEN', 0, 20, 91, 'b-2'), 'OPEN WORKING', 'then the new ones, by another id');
select is(pg_temp.terms('b'), '20 at 91, version 2, holds 1820', 'which hold from now on');
select tests.act_as_installer();
select results_eq($$ select broker_order_id, quantity::numeric, limit_price::numeric, change_state from order_outbox where client_id = pg_temp.id('b') $$, $$ values ('b-2', 20::numeric, 91::numeric, null::text) $$, 'also of what was sent');
select results_eq($$ select operation from audit_log where details ->> 'order_id' = pg_temp.noted('b') and operation ~ 'replace' order by seq $$, array['order_replace_asked', 'order_replaced'], 'each is an event');

-- Refused, and not sent.
select is(pg_temp.replace('b', 2, 25), 'OPEN replace WORKING', 'another');
select begin_change('w1', pg_temp.id('b')), finish_change('w1', pg_temp.id('b'), 'not sent', 'busy');
select tests.act_as_installer();
update order_outbox set not_before = now();
select tests.act_as_worker('alice');
select is(pg_temp.due('b'), 'replace 25', 'what wasn''t sent is sent again');
select begin_change('w1', pg_temp.id('b')), finish_change('w1', pg_temp.id('b'), 'refused', 'too much');
select is(tests.stands(pg_temp.noted('b')) || ' ' || pg_temp.terms('b'), 'OPEN WORKING 20 at 91, version 2, holds 1820', 'refused, it stays as it was');
select tests.act_as('alice', 'live');
select results_eq($$ select details ->> 'reason' from audit_log where operation = 'order_replace_refused' $$, array['too much'], 'with the broker''s reason');
select throws_ok($$ select finish_change('w1', pg_temp.id('b'), 'taken') $$, '42501', null, 'nobody but a worker says so');
select tests.act_as_worker('alice');
select lives_ok($$ select finish_change('w1', pg_temp.id('b'), 'taken') $$, 'where nothing is under way, nothing is');

-- Old terms kept.
select is(pg_temp.replace('b', 2, null, 92), 'OPEN replace WORKING', 'another');
select begin_change('w1', pg_temp.id('b'));
select throws_ok($$ select finish_change('w1', pg_temp.id('b'), 'perhaps') $$, 'TB400', null, 'an outcome that there is');
select is(pg_temp.shows('b', 'OPEN', 0, 20, 91), 'OPEN replace WORKING', 'of which nobody knows anything');
select tests.act_as_installer();
update order_outbox set sending_at = clock_timestamp() - interval '2 minutes' where client_id = pg_temp.id('b');
select tests.act_as_worker('alice');
select is(pg_temp.shows('b', 'OPEN', 0, 20, 91), 'OPEN WORKING', 'a minute later the old terms are kept');
select is(pg_temp.terms('b'), '20 at 91, version 2, holds 1820', 'as they were');

-- Filled meanwhile.
select is(pg_temp.at_broker('c'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('c', 1, 20), 'OPEN replace WORKING', 'is to be twice as much');
select begin_change('w1', pg_temp.id('c')), finish_change('w1', pg_temp.id('c'), 'taken');
select is(pg_temp.shows('c', 'PARTIALLY_FILLED', 15, 20, 90), 'PARTIALLY_FILLED WORKING 15', 'and is told with fills beyond the old quantity');
select is(pg_temp.terms('c'), '20 at 90, version 2, holds 450', 'by the new one they are a part');
select is(pg_temp.shows('c', 'FILLED', 20, 20, 90), 'FILLED OVER 20', 'then it is full');
select is_empty('select * from tests.alarms()', 'and nothing alarming');

select is(pg_temp.at_broker('d'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('d', 1, 20), 'OPEN replace WORKING', 'is to be twice as much');
select begin_change('w1', pg_temp.id('d')), finish_change('w1', pg_temp.id('d'), 'taken');
select is(pg_temp.shows('d', 'FILLED', 20, 20, 90), 'FILLED OVER 20', 'and is told when it has filled');
select is(pg_temp.terms('d'), '20 at 90, version 2, holds 0', 'all of it');
select is_empty('select * from tests.alarms()', 'which isn''t too much');

select is(pg_temp.at_broker('e'), 'OPEN WORKING', 'one works');
select is(pg_temp.shows('e', 'PARTIALLY_FILLED', 4, 10, 90), 'PARTIALLY_FILLED WORKING 4', 'with a part filled');
select is(pg_temp.replace('e', 1, 6), 'PARTIALLY_FILLED replace WORKING 4', 'is to be less');
select begin_change('w1', pg_temp.id('e')), finish_change('w1', pg_temp.id('e'), 'taken');
select is(pg_temp.shows('e', 'PARTIALLY_FILLED', 6, 10, 90), 'PARTIALLY_FILLED replace WORKING 6', 'as much as has filled before it was taken');
select is(pg_temp.shows('e', 'FILLED', 6, 6, 90), 'CANCELED OVER 6', 'then what it hadn''t is canceled');
select tests.act_as('alice', 'live');
select results_eq($$ select quantity::numeric, filled_quantity::numeric, pending_action::text, held_amount::numeric from orders where order_id = pg_temp.noted('e') $$, $$ values (10::numeric, 6::numeric, 'none', 0::numeric) $$, 'and what has stays');

select is(pg_temp.at_broker('f'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('f', 1, null, 91), 'OPEN replace WORKING', 'is to cost more');
select begin_change('w1', pg_temp.id('f'));
select is(pg_temp.shows('f', 'FILLED', 10, 10, 90), 'FILLED OVER 10', 'but fills as it was');
select is(pg_temp.terms('f'), '10 at 90, version 1, holds 0', 'with its old terms');
select is(pg_temp.at_broker('g'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('g', 1, 20), 'OPEN replace WORKING', 'is to be more');
select is(pg_temp.shows('g', 'CANCELED', 0, 10, 90), 'CANCELED OVER', 'but is canceled at the broker before that is sent');
select tests.act_as('alice', 'live');
select is((select pending_action::text from orders where order_id = pg_temp.noted('g')), 'none', 'nothing is under way any more');

-- Taken back while a replacement is under way; a cancel stands, whatever comes of the replacement.
select is(pg_temp.at_broker('h'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('h', 1, 20), 'OPEN replace WORKING', 'is to be more');
select tests.act_as('alice', 'live');
select is((select count(*) from cancel_all()), 2::bigint, 'and is taken back instead, with the first');
select is(tests.stands(pg_temp.noted('h')), 'OPEN cancel WORKING', 'which comes first');
select tests.act_as_worker('alice');
select is(pg_temp.due('h'), 'cancel', 'so it is canceled');
select is(begin_change('w1', pg_temp.id('h')), false, 'and not replaced');
select is(tests.tell(pg_temp.noted('h'), 'CANCELED'), 'CANCELED OVER', 'it is over');
select is(pg_temp.at_broker('i'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('i', 1, 20), 'OPEN replace WORKING', 'is to be more');
select begin_change('w1', pg_temp.id('i'));
select tests.act_as('alice', 'live');
select is((select count(*) from cancel_all()), 1::bigint, 'that was sent, and is taken back');
select tests.act_as_worker('alice');
select is(pg_temp.shows('i', 'OPEN', 0, 20, 90), 'OPEN cancel WORKING', 'it was replaced, and is to be canceled still');
select tests.wait_a_while();
select is(pg_temp.terms('i') || ' ' || pg_temp.due('i'), '20 at 90, version 2, holds 1800 cancel', 'with the terms that the broker shows');
select is(pg_temp.shows('i', 'CANCELED', 0, 20, 90), 'CANCELED OVER', 'and is');

-- A replacement that increases is asked for its yeses when it is asked for, and again when it leaves.
select is(pg_temp.at_broker('j'), 'OPEN WORKING', 'one works');
select is(pg_temp.replace('j', 1, 20), 'OPEN replace WORKING', 'is to be more');
select tests.act_as_installer();
select oversight.halt_live_trading('a storm') is not null;
select tests.act_as_worker('alice');
select is(begin_change('w1', pg_temp.id('j')), false, 'halted, it doesn''t leave');
select is(tests.stands(pg_temp.noted('j')) || ' ' || pg_temp.terms('j'), 'OPEN WORKING 10 at 90, version 1, holds 900', 'and the order stays as it was');
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(pg_temp.noted('j'), 1, quantity => 11) $$, 'TB403', null, 'nor is another asked for');
select tests.act_as_installer();
select oversight.lift_halt('over') is not null;

-- Buying power: what the order holds already was taken from what the broker tells.
update identity.broker_accounts set cash = '{"USD": {"amount": "100", "buying_power": "100"}}', synced_at = clock_timestamp();
select is(pg_temp.replace('j', 1, 11), 'OPEN replace WORKING', 'one more costs 90, and 100 are left');
select begin_change('w1', pg_temp.id('j')), pg_temp.shows('j', 'OPEN', 0, 11, 90);
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(pg_temp.noted('j'), 2, quantity => 13) $$, 'TB422', null, 'two more than that can''t be paid');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
