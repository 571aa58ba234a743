-- What nobody can tell is held, and alarmed, until a person has looked at the broker and says what became of it.
begin;
select plan(47);

select tests.set_stage();
select tests.open_at_broker('alice', holdings => '{"MSFT": {"quantity": "5", "cost": "500"}}');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;
create function pg_temp.held(what text) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select set_config('tests.' || what, (place_order('AAPL', 'buy', 10, 'limit', 90)).order_id, true);
  select tests.act_as_worker('alice');
  select begin_sending('w1', pg_temp.id(what));
  select finish_sending('w1', pg_temp.id(what), 'unknown', '504');
  select finish_sending('w1', pg_temp.id(what), 'held', 'not listed, and not provably absent');
  select tests.stands(pg_temp.noted(what));
$$;
create function pg_temp.due(what text) returns text language sql as $$
  select string_agg(t.action, ', ') from due_tasks('w1', 'tradier', 'VA1') as t where t.order_id = pg_temp.noted(what)
$$;

select is(pg_temp.held('a'), 'PENDING HELD', 'what may have landed, and can''t be found, is held');
select results_eq('select kind, severity from tests.alarms()', $$ values ('order_held', 'CRITICAL') $$, 'and alarmed');
select is(pg_temp.due('a'), 'find', 'a worker goes on looking');
select lives_ok($$ select finish_sending('w1', pg_temp.id('a'), 'held', 'still not', retry_after => '1 minute') $$, 'without success');
select is((select count(*) from tests.alarms()), 1::bigint, 'which is alarmed once');
select is(pg_temp.due('a'), null, 'after a while');
select throws_ok($$ select begin_sending('w1', pg_temp.id('a')) $$, 'TB422', null, 'and never sends it again');
select throws_ok($$ select finish_sending('w1', pg_temp.id('a'), 'not sent') $$, 'TB422', null, 'nor counts it as never sent: that a person says');
select tests.act_as('alice', 'live');
select is((select held_amount::numeric from orders where order_id = pg_temp.noted('a')), 900::numeric, 'meanwhile it holds its money');
select is((select message from order_outbox where client_id = pg_temp.id('a')), 'still not', 'and says why');

-- It is there.
select throws_ok($$ select resolve_order(pg_temp.id('a'), ' ') $$, 'TB400', null, 'a person says what he found');
select throws_ok($$ select resolve_order(pg_temp.id('a'), null, 'b1') $$, 'TB400', null, 'in words');
select throws_ok($$ select resolve_order(pg_temp.id('a'), 'found', ' ') $$, 'TB400', null, 'by an id');
select throws_ok($$ select resolve_order(gen_random_uuid(), 'found') $$, 'TB404', null, 'of what was sent');
select is((select status::text from resolve_order(pg_temp.id('a'), 'found it in the list', 'b1')), 'PENDING', 'it is there');
select is(tests.stands(pg_temp.noted('a')), 'PENDING PLACED', 'by that id');
select throws_ok($$ select resolve_order(pg_temp.id('a'), 'again') $$, 'TB422', null, 'once');
select tests.act_as_worker('alice');
select is(pg_temp.due('a'), 'read', 'a worker reads it');
select is(tests.tell(pg_temp.noted('a'), 'FILLED', 10, 90), 'FILLED OVER 10', 'and it had filled');
select tests.act_as('alice', 'live');
select results_eq($$ select actor, details ->> 'reason', details ->> 'broker_order_id' from audit_log where operation = 'order_resolved' $$, $$ values ('alice', 'found it in the list', 'b1') $$, 'who said so, and why, is kept');

-- It isn't.
select is(pg_temp.held('b'), 'PENDING HELD', 'another');
select tests.act_as('alice', 'live');
select throws_ok($$ select resolve_order(pg_temp.id('b'), 'found', 'b1') $$, 'TB422', null, 'which isn''t the first one again');
select is((select status::text from resolve_order(pg_temp.id('b'), 'asked their support')), 'CANCELED', 'never landed');
select is(tests.stands(pg_temp.noted('b')), 'CANCELED REFUSED', 'and is over');
select results_eq($$ select end_reason, held_amount::numeric from orders where order_id = pg_temp.noted('b') $$, $$ values ('it never reached the broker', 0::numeric) $$, 'with nothing held');
select tests.act_as_worker('alice');
select is(pg_temp.due('b'), null, 'nor due');

-- A worker finds it after all.
select is(pg_temp.held('c'), 'PENDING HELD', 'another');
select lives_ok($$ select finish_sending('w1', pg_temp.id('c'), 'placed', broker_order_id => 'b3') $$, 'is found after all');
select is(tests.tell(pg_temp.noted('c'), 'OPEN'), 'OPEN WORKING', 'and works');
select tests.act_as('alice', 'live');
select throws_ok($$ select resolve_order(pg_temp.id('c'), 'never landed') $$, 'TB422', null, 'then nobody says otherwise');

-- Taken back while it is held.
select is(pg_temp.held('d'), 'PENDING HELD', 'another');
select tests.act_as('alice', 'live');
select is((select pending_action::text from cancel_order(pg_temp.noted('d'))), 'cancel', 'is to be canceled');
select is(tests.stands(pg_temp.noted('d')), 'PENDING cancel HELD', 'should it be there');
select is((select status::text from resolve_order(pg_temp.id('d'), 'there it is', 'b4')), 'PENDING', 'it is');
select tests.act_as_worker('alice');
select is(pg_temp.due('d'), 'cancel', 'so it is canceled');
select is(tests.tell(pg_temp.noted('d'), 'CANCELED'), 'CANCELED OVER', 'there');

-- An exit that is held: the trade isn't ended by it, and another isn't sent over it.
select tests.act_as('alice', 'live');
select set_config('tests.trade', trade_id, true) from trades where symbol = 'MSFT';
select adjust_trade(pg_temp.noted('trade'), 1, stop_loss => 80) is not null;
select set_config('tests.stop', order_id, true) from orders where purpose = 'stop_loss';
select tests.act_as_worker('alice');
select is(plan_exits('w1', 'tradier', 'VA1'), 1, 'a stop loss is to rest there');
select begin_sending('w1', pg_temp.id('stop')), finish_sending('w1', pg_temp.id('stop'), 'held', '504');
select is(plan_exits('w1', 'tradier', 'VA1'), 0, 'held, it isn''t sent twice');
select tests.act_as('alice', 'live');
select is((select status::text from resolve_order(pg_temp.id('stop'), 'not there')), 'OPEN', 'it isn''t there');
select tests.act_as_installer();
update order_outbox set over_at = over_at - interval '2 minutes' where state = 'REFUSED';
select tests.act_as_worker('alice');
select is(plan_exits('w1', 'tradier', 'VA1'), 1, 'then another is sent, in a minute');

-- Another's.
select is(pg_temp.held('e'), 'PENDING HELD', 'one of hers');
select tests.act_as('bob', 'live');
select throws_ok($$ select resolve_order(pg_temp.id('e'), 'never landed') $$, 'TB404', null, 'is none of bob''s');
select tests.act_as('', 'live');
select throws_ok($$ select resolve_order(pg_temp.id('e'), 'never landed') $$, 'TB401', null, 'nor of nobody');
select tests.act_as_worker('alice');
select throws_ok($$ select resolve_order(pg_temp.id('e'), 'never landed') $$, '42501', null, 'nor does a worker say so');

select tests.act_as_installer();
update identity.users set status = 'SUSPENDED' where username = 'alice';
select tests.act_as('alice', 'live');
select is((select status::text from resolve_order(pg_temp.id('e'), 'never landed')), 'CANCELED', 'who is suspended may still see to his own');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
