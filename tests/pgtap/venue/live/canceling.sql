-- Cancels: at once before an order has left, else by the broker's word, whatever it is doing meanwhile. None is refused.
begin;
select plan(56);

select tests.set_stage();
select tests.open_at_broker('alice');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.buy(what text, quantity numeric default 10) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select set_config('tests.' || what, (place_order('AAPL', 'buy', quantity, 'limit', 90)).order_id, true);
  select tests.stands(pg_temp.noted(what));
$$;
create function pg_temp.cancel(what text) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select cancel_order(pg_temp.noted(what)) is not null;
  select tests.act_as_worker('alice');
  select tests.stands(pg_temp.noted(what));
$$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;
create function pg_temp.due(what text) returns text language sql as $$
  select string_agg(t.action, ', ') from due_tasks('w1', 'tradier', 'VA1') as t where t.order_id = pg_temp.noted(what)
$$;

-- Before it has left.
select is(pg_temp.buy('a'), 'PENDING QUEUED', 'an order that hasn''t left');
select is(pg_temp.cancel('a'), 'CANCELED WITHDRAWN', 'is over at once');
select is(pg_temp.due('a'), null, 'and nobody hears of it');
select is(begin_sending('w1', pg_temp.id('a')), false, 'nor is it sent any more');
select tests.act_as('alice', 'live');
select results_eq($$ select end_reason, version::integer, held_amount::numeric from orders where order_id = pg_temp.noted('a') $$, $$ values (null::text, 2, 0::numeric) $$, 'its user did it');

-- While it works.
select is(pg_temp.buy('b'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('b'), 'b1'), tests.tell(pg_temp.noted('b'), 'OPEN');
select is(pg_temp.cancel('b'), 'OPEN cancel WORKING', 'works at the broker, which is asked');
select is(pg_temp.due('b'), 'cancel', 'by a worker');
select tests.act_as('alice', 'live');
select throws_ok($$ select cancel_order(pg_temp.noted('b')) $$, 'TB422', null, 'asked once');
select throws_ok($$ select replace_order(pg_temp.noted('b'), 1, limit_price => 91) $$, 'TB422', null, 'and changed no more');
select is((select held_amount::numeric from orders where order_id = pg_temp.noted('b')), 900::numeric, 'until then it holds its money');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('b'), 'OPEN'), 'OPEN cancel WORKING', 'while the broker still shows it, it is asked');
select tests.wait_a_while();
select is(pg_temp.due('b'), 'cancel', 'again, after a while');
select is(tests.tell(pg_temp.noted('b'), 'PARTIALLY_FILLED', 4, 90), 'PARTIALLY_FILLED cancel WORKING 4', 'meanwhile it may fill');
select is(tests.tell(pg_temp.noted('b'), 'CANCELED', 6, 90), 'CANCELED OVER 6', 'the broker''s word ends it, with the last fills');
select tests.act_as('alice', 'live');
select results_eq($$ select end_reason, pending_action::text, held_amount::numeric from orders where order_id = pg_temp.noted('b') $$, $$ values (null::text, 'none', 0::numeric) $$, 'its user did it');
select results_eq($$ select operation, actor from audit_log where details ->> 'order_id' = pg_temp.noted('b') and operation ~ 'cancel' order by seq $$,
  $$ values ('order_cancel_asked', 'alice'), ('order_canceled', 'venue') $$, 'who asked, and whose word it was');

-- Too late.
select is(pg_temp.buy('c'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('c'), 'b2'), tests.tell(pg_temp.noted('c'), 'OPEN');
select is(pg_temp.cancel('c'), 'OPEN cancel WORKING', 'is being canceled');
select is(tests.tell(pg_temp.noted('c'), 'FILLED', 10, 90), 'FILLED OVER 10', 'and had filled: then it is');
select tests.act_as('alice', 'live');
select is((select pending_action::text from orders where order_id = pg_temp.noted('c')), 'none', 'nothing is under way any more');

-- While it is being sent.
select is(pg_temp.buy('d'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select begin_sending('w1', pg_temp.id('d'));
select is(pg_temp.cancel('d'), 'PENDING cancel SENDING', 'may have landed: it is asked for');
select is(pg_temp.due('d'), 'find', 'first it is to be found');
select lives_ok($$ select finish_sending('w1', pg_temp.id('d'), 'placed', broker_order_id => 'b3') $$, 'it had');
select is(pg_temp.due('d'), 'cancel', 'then canceled');
select is(tests.tell(pg_temp.noted('d'), 'CANCELED'), 'CANCELED OVER', 'and is');

select is(pg_temp.buy('e'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select begin_sending('w1', pg_temp.id('e'));
select is(pg_temp.cancel('e'), 'PENDING cancel SENDING', 'likewise');
select lives_ok($$ select finish_sending('w1', pg_temp.id('e'), 'not sent', 'refused') $$, 'but it is proven that it never left');
select is(tests.stands(pg_temp.noted('e')), 'CANCELED WITHDRAWN', 'then it isn''t sent again, and is over');
select is(pg_temp.due('e'), null, 'with nothing due');

select is(pg_temp.buy('f'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select begin_sending('w1', pg_temp.id('f'));
select is(pg_temp.cancel('f'), 'PENDING cancel SENDING', 'likewise');
select finish_sending('w1', pg_temp.id('f'), 'refused', 'no');
select is(tests.stands(pg_temp.noted('f')), 'REJECTED REFUSED', 'refused by the broker, it is what the broker says');

-- Placed, not yet shown; and held.
select is(pg_temp.buy('g'), 'PENDING QUEUED', 'another');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('g'), 'b4') is not null;
select is(pg_temp.cancel('g'), 'PENDING cancel PLACED', 'has an id, and isn''t listed yet');
select is(pg_temp.due('g'), 'cancel', 'it is canceled by that');
select is(tests.tell(pg_temp.noted('g'), 'CANCELED'), 'CANCELED OVER', 'and is');

-- Before it has left, of what a sync halts: cancel_all, flatten, and what waits to enter a trade that is closed.
select is(pg_temp.buy('h'), 'PENDING QUEUED', 'one that hasn''t left');
select is(pg_temp.buy('i'), 'PENDING QUEUED', 'one that works');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('i'), 'b5'), tests.tell(pg_temp.noted('i'), 'OPEN');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, pending_action::text from cancel_all() order by order_number $$, $$ values ('CANCELED', 'none'), ('OPEN', 'cancel') $$, 'cancel_all takes both back');
select is_empty('select * from cancel_all()', 'and doesn''t ask twice');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('i'), 'CANCELED'), 'CANCELED OVER', 'the broker agrees');
select is(pg_temp.buy('j'), 'PENDING QUEUED', 'more to come in');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('j'), 'b6'), tests.tell(pg_temp.noted('j'), 'OPEN');
select tests.act_as('alice', 'live');
select set_config('tests.trade', trade_id, true) from trades where status = 'OPEN';
select set_config('tests.close', (close_trade(pg_temp.noted('trade'))).order_id, true);
select is(tests.stands(pg_temp.noted('j')) || ', ' || tests.stands(pg_temp.noted('close')), 'OPEN cancel WORKING, PENDING QUEUED', 'is asked back when its trade is closed');
select is((select status::text from trades where trade_id = pg_temp.noted('trade')), 'CLOSING', 'which is being closed');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('close'), 'b7') is not null;
select is(tests.tell(pg_temp.noted('close'), 'FILLED', 16, 95), 'FILLED OVER 16', 'it closes');
select is(tests.tell(pg_temp.noted('j'), 'CANCELED'), 'CANCELED OVER', 'and the rest is gone');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, exit_reason from trades where trade_id = pg_temp.noted('trade') $$, $$ values ('CLOSED', 'manual') $$, 'by its user''s wish');
select is((select sum(held)::numeric from balances), 0::numeric, 'nothing is held');

-- Another's.
select is(pg_temp.buy('k'), 'PENDING QUEUED', 'one of hers');
select tests.act_as('bob', 'live');
select throws_ok($$ select cancel_order(pg_temp.noted('k')) $$, 'TB404', null, 'bob can''t cancel');
select tests.act_as_worker('bob');
select throws_ok($$ select begin_sending('w1', pg_temp.id('k')) $$, 'TB404', null, 'nor can a worker that acts for bob send');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
