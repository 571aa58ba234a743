-- From an order's row to the broker's list: intent before sending, what came of it, and that none is lost or sent twice.
begin;
select plan(67);

select tests.set_stage();
select tests.open_at_broker('alice');
select tests.quote('AAPL', 99, 101);
create function pg_temp.note(what text, value text) returns text language sql as $$ select set_config('tests.' || what, value, true) $$;
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.buy(what text, quantity numeric) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select pg_temp.note(what, (place_order('AAPL', 'buy', quantity, 'limit', 90)).order_id);
  select tests.act_as_worker('alice');
  select tests.stands(pg_temp.noted(what));
$$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;
create function pg_temp.due(what text) returns text language sql as $$
  select string_agg(t.action, ', ') from due_tasks('w1', 'tradier', 'VA1') as t where t.order_id = pg_temp.noted(what)
$$;

-- The way that it goes.
select is(pg_temp.buy('a', 10), 'PENDING QUEUED', 'an order comes with its row in the outbox');
select results_eq($$ select action, order_id, symbol, asset_class, side, effect, order_type, time_in_force, quantity, limit_price, stop_price, state, attempts, filled_quantity from due_tasks('w1', 'tradier', 'VA1') $$,
  $$ select 'place', pg_temp.noted('a'), 'AAPL', 'equity', 'buy', 'open', 'limit', 'DAY', 10::numeric, 90::numeric, null::numeric, 'QUEUED', 0, 0::numeric $$, 'a worker is told all that a request takes');
select is(begin_sending('w1', pg_temp.id('a')), true, 'the intent is stored first');
select is(tests.stands(pg_temp.noted('a')), 'PENDING SENDING', 'before anything is sent');
select throws_ok($$ select begin_sending('w1', pg_temp.id('a')) $$, 'TB422', null, 'it is not begun twice');
select is(pg_temp.due('a'), 'find', 'who comes next looks it up, and doesn''t send it');
select lives_ok($$ select finish_sending('w1', pg_temp.id('a'), 'placed', broker_order_id => 'b1', broker_status => 'ok') $$, 'the broker gave it an id');
select is(tests.stands(pg_temp.noted('a')), 'PENDING PLACED', 'which isn''t yet its word that it works');
select is(pg_temp.due('a'), 'read', 'so it is read back');
select throws_ok($$ select finish_sending('w1', pg_temp.id('a'), 'refused') $$, 'TB422', null, 'once placed it isn''t sent any more');
select is(tests.tell(pg_temp.noted('a'), 'OPEN'), 'OPEN WORKING', 'confirmed, it is open');
select is(tests.tell(pg_temp.noted('a'), 'OPEN'), 'OPEN WORKING', 'told again, nothing changes');
select tests.act_as('alice', 'live');
select results_eq($$ select operation, actor from audit_log where details ->> 'order_id' = pg_temp.noted('a') order by seq $$,
  $$ values ('order_placed', 'alice'), ('order_sent', 'venue'), ('order_confirmed', 'venue') $$, 'each step is an event, once');
select results_eq($$ select state, broker_order_id, broker_status, attempts, confirmed_at is not null, sending_at <= placed_at from order_outbox $$,
  $$ values ('WORKING', 'b1', 'open', 1, true, true) $$, 'the broker''s own word is kept');
select is((select held_amount::numeric from orders where order_id = pg_temp.noted('a')), 900::numeric, 'meanwhile it holds its money');

-- What the broker refuses.
select is(pg_temp.buy('b', 1), 'PENDING QUEUED', 'another');
select begin_sending('w1', pg_temp.id('b'));
select lives_ok($$ select finish_sending('w1', pg_temp.id('b'), 'refused', 'not today') $$, 'is refused by the broker');
select is(tests.stands(pg_temp.noted('b')), 'REJECTED REFUSED', 'and REJECTED');
select is(pg_temp.due('b'), null, 'nothing of it is due');
select tests.act_as('alice', 'live');
select results_eq($$ select reject_reason, held_amount::numeric from orders where order_id = pg_temp.noted('b') $$, $$ values ('not today', 0::numeric) $$, 'with its reason, and nothing held');
select is(pg_temp.buy('b2', 1), 'PENDING QUEUED', 'another still');
select begin_sending('w1', pg_temp.id('b2')), finish_sending('w1', pg_temp.id('b2'), 'refused');
select tests.act_as('alice', 'live');
select is((select reject_reason from orders where order_id = pg_temp.noted('b2')), 'refused by the broker', 'a broker needn''t say why');

-- 200, then rejected.
select is(pg_temp.buy('c', 2), 'PENDING QUEUED', 'another');
select is(tests.send(pg_temp.noted('c'), 'b3'), 'PENDING PLACED', 'is taken');
select is(tests.tell(pg_temp.noted('c'), 'REJECTED', reason => 'no such luck'), 'REJECTED OVER', 'and rejected after all');
select tests.act_as('alice', 'live');
select is((select reject_reason from orders where order_id = pg_temp.noted('c')), 'no such luck', 'with its reason');
select is(pg_temp.buy('c2', 2), 'PENDING QUEUED', 'another');
select tests.send(pg_temp.noted('c2'), 'b4') is not null;
select tests.act_as('alice', 'live');
select is((select pending_action::text from cancel_order(pg_temp.noted('c2'))), 'cancel', 'which its user takes back');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('c2'), 'REJECTED'), 'REJECTED OVER', 'while the broker rejects it, and doesn''t say why');
select tests.act_as('alice', 'live');
select is((select reject_reason from orders where order_id = pg_temp.noted('c2')), 'rejected by the broker', 'then that is the reason');

-- It never left: proven, so it may be sent again.
select is(pg_temp.buy('d', 3), 'PENDING QUEUED', 'another');
select begin_sending('w1', pg_temp.id('d'));
select lives_ok($$ select finish_sending('w1', pg_temp.id('d'), 'not sent', 'connection refused') $$, 'never left');
select is(tests.stands(pg_temp.noted('d')) || ': ' || pg_temp.due('d'), 'PENDING QUEUED: place', 'and is to be sent');
select begin_sending('w1', pg_temp.id('d')), finish_sending('w1', pg_temp.id('d'), 'not sent', 'busy', retry_after => '1 minute');
select is(pg_temp.due('d'), null, 'after a while, if so told');
select tests.act_as_installer();
select is((select format('%s %s', attempts, message) from order_outbox where client_id = pg_temp.id('d')), '2 busy', 'each try is counted');

-- Nobody knows whether it landed.
select is(pg_temp.buy('e', 4), 'PENDING QUEUED', 'another');
select begin_sending('w1', pg_temp.id('e')), finish_sending('w1', pg_temp.id('e'), 'unknown', '504');
select is(tests.stands(pg_temp.noted('e')) || ': ' || pg_temp.due('e'), 'PENDING SENDING: find', 'what may have landed is looked up, and stays as it is');
select throws_ok($$ select begin_sending('w1', pg_temp.id('e')) $$, 'TB422', null, 'and never sent again by itself');
select finish_sending('w1', pg_temp.id('e'), 'unknown', 'not listed yet', retry_after => '5 seconds');
select is(pg_temp.due('e'), null, 'after a while');
select lives_ok($$ select finish_sending('w1', pg_temp.id('e'), 'placed', broker_order_id => 'b5') $$, 'found');
select is(tests.tell(pg_temp.noted('e'), 'OPEN'), 'OPEN WORKING', 'it works');

-- A status that nobody documented is no end.
select lives_ok($$ select report_order('w1', pg_temp.id('e'), 'CANCELED', 'pondering', false, 0) $$, 'a word that nobody knows');
select is(tests.stands(pg_temp.noted('e')), 'OPEN WORKING', 'ends nothing, whatever it was taken for');
select lives_ok($$ select report_order('w1', pg_temp.id('e'), 'OPEN', 'pondering', false, 0) $$, 'heard again');
select results_eq('select kind, severity from tests.alarms()', $$ values ('unknown_status', 'HIGH') $$, 'it is alarmed once');
select is(tests.tell(pg_temp.noted('e'), 'EXPIRED'), 'EXPIRED OVER', 'until a known one ends it');
select tests.act_as('alice', 'live');
select is((select end_reason from orders where order_id = pg_temp.noted('e')), 'expired by the broker', 'by the broker');

-- What makes no sense.
select is(pg_temp.buy('f', 5), 'PENDING QUEUED', 'another');
select throws_ok($$ select report_order('w1', pg_temp.id('f'), 'OPEN', 'open', true, 0) $$, 'TB422', null, 'what was never placed isn''t told of');
select begin_sending('w1', pg_temp.id('f'));
select throws_ok(format('select finish_sending(''w1'', pg_temp.id(''f''), %s)', terms), code, null, format('%s: %s', code, terms))
from (values ('''lost''', 'TB400'), ('null', 'TB400'), ('''placed''', 'TB400'), ('''placed'', broker_order_id => ''''', 'TB400'), ('''placed'', broker_order_id => ''b1''', 'TB422')) as wrong (terms, code);
select throws_ok($$ select finish_sending('w1', gen_random_uuid(), 'placed', broker_order_id => 'b9') $$, 'TB404', null, 'what nobody sent');
select lives_ok($$ select defer_task('w1', pg_temp.id('f'), 'rate limit', '1 minute') $$, 'a task is put off');
select is(pg_temp.due('f'), null, 'for so long');
select tests.act_as_installer();
select is((select format('%s %s', state, message) from order_outbox where client_id = pg_temp.id('f')), 'SENDING rate limit', 'and stays what it is');

-- What is first: to find what may have landed, to cancel, to read, to replace, and then what is new.
update order_outbox set not_before = now();
select tests.act_as('alice', 'live');
select cancel_order(pg_temp.noted('a')) is not null;
select pg_temp.buy('g', 6) is not null, tests.send(pg_temp.noted('g'), 'b7');
select tests.act_as_worker('alice');
select results_eq($$ select action from due_tasks('w1', 'tradier', 'VA1') $$, array['find', 'cancel', 'read', 'place'], 'what protects comes first');

-- What a broker calls it.
select tests.act_as_installer();
select shared_data.add_broker_symbol('tradier', 'AAPL', 'XAPL') is not null, shared_data.add_broker_symbol('kraken', 'AAPL', 'KAPL') is not null;
select tests.act_as_worker('alice');
select is((select string_agg(distinct symbol, ', ') from due_tasks('w1', 'tradier', 'VA1')), 'XAPL', 'tasks name instruments as their broker does');

-- Halts, and the yeses that an administrator or the user can withdraw.
select pg_temp.buy('open', 1) is not null;
select tests.act_as_installer();
select oversight.halt_live_trading('a storm') is not null;
select tests.act_as_worker('alice');
select is(begin_sending('w1', pg_temp.id('open')), false, 'halted, what increases doesn''t leave');
select is(tests.stands(pg_temp.noted('open')), 'CANCELED WITHDRAWN', 'and is over');
select tests.act_as('alice', 'live');
select results_eq($$ select end_reason, held_amount::numeric from orders where order_id = pg_temp.noted('open') $$, $$ values ('live trading was halted: a storm', 0::numeric) $$, 'with the reason, and nothing held');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('g'), 'FILLED', 6, 90), 'FILLED OVER 6', 'a fact is recorded all the same');
select tests.act_as('alice', 'live');
select set_config('tests.sale', (place_order('AAPL', 'sell', 6, 'limit', 95)).order_id, true);
select tests.act_as_worker('alice');
select is(begin_sending('w1', pg_temp.id('sale')), true, 'and what closes leaves');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
