-- Rule 26, told by a broker: what comes late, or is too much, is recorded and alarmed, and nothing of it is refused.
begin;
select plan(35);

select tests.set_stage();
select tests.open_at_broker('alice', cash => '{"USD": {"amount": "1000", "buying_power": "100000"}}');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.at_broker(what text, symbol text, side text, quantity numeric) returns text language sql as $$
  select tests.act_as('alice', 'live');
  select set_config('tests.' || what, (place_order(symbol, side, quantity, 'limit', 100)).order_id, true);
  select tests.act_as_worker('alice');
  select tests.send(pg_temp.noted(what), what);
$$;
create function pg_temp.alarmed(what text) returns text language sql security definer as $$
  select string_agg(a.kind || ' ' || a.severity, ', ' order by a.alarm_id) from alarms as a where a.order_id = pg_temp.noted(what)
$$;

-- Late: after its end.
select is(pg_temp.at_broker('a', 'AAPL', 'buy', 10), 'PENDING PLACED', 'an order');
select is(tests.tell(pg_temp.noted('a'), 'CANCELED', 0), 'CANCELED OVER', 'ends');
select is(tests.tell(pg_temp.noted('a'), 'CANCELED', 4, 100), 'CANCELED OVER 4', 'and had filled in part after all');
select is(pg_temp.alarmed('a'), 'late_fill HIGH', 'which is alarmed');
select is(tests.tell(pg_temp.noted('a'), 'CANCELED', 4, 100), 'CANCELED OVER 4', 'told again');
select is(pg_temp.alarmed('a'), 'late_fill HIGH', 'once');
select is(tests.tell(pg_temp.noted('a'), 'FILLED', 10, 100), 'FILLED OVER 10', 'and then the rest');
select tests.act_as('alice', 'live');
select results_eq($$ select status::text, open_quantity from trades where symbol = 'AAPL' and closed_at is null $$, $$ values ('OPEN', 10::numeric) $$, 'it is a trade');

-- Too much.
select is(pg_temp.at_broker('b', 'MSFT', 'buy', 5), 'PENDING PLACED', 'another');
select is(tests.tell(pg_temp.noted('b'), 'FILLED', 7, 100), 'FILLED OVER 7', 'is overfilled');
select is(pg_temp.alarmed('b'), 'overfill CRITICAL', 'which is alarmed');
select is(tests.tell(pg_temp.noted('b'), 'FILLED', 8, 100), 'FILLED OVER 8', 'and once more');
select is(pg_temp.alarmed('b'), 'overfill CRITICAL, overfill CRITICAL', 'which is alarmed as what it is');
select tests.act_as('alice', 'live');
select is((select quantity::numeric from positions where symbol = 'MSFT'), 8::numeric, 'the position is what the broker says');
select is((select amount::numeric from balances), -800::numeric, 'cash may go below zero');

-- A late fill of a trade that is closed opens another, short if need be.
select is(pg_temp.at_broker('c', 'AAPL', 'sell', 10), 'PENDING PLACED', 'what is held is sold');
select tests.act_as('alice', 'live');
select set_config('tests.closing', (close_trade((select trade_id from trades where symbol = 'AAPL' and closed_at is null))).order_id, true);
select tests.act_as_worker('alice');
select is(tests.send(pg_temp.noted('closing'), 'cl'), 'PENDING PLACED', 'and closed at once');
select is(tests.tell(pg_temp.noted('closing'), 'FILLED', 10, 101), 'FILLED OVER 10', 'which is quicker');
select is(tests.stands(pg_temp.noted('c')), 'PENDING cancel PLACED', 'the other is to be canceled');
select tests.act_as_installer();
select is_empty('select * from differences()', 'an order that its broker has yet to cancel is no difference');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('c'), 'FILLED', 10, 102), 'FILLED OVER 10', 'but fills too');
select tests.act_as('alice', 'live');
select results_eq($$ select direction::text, status::text, open_quantity from trades where symbol = 'AAPL' order by trade_id $$,
  $$ values ('long', 'CANCELED', 0::numeric), ('long', 'CLOSED', 0), ('short', 'OPEN', 10) $$, 'then a short is open that nobody wanted');
select is((select quantity::numeric from positions where symbol = 'AAPL'), -10::numeric, 'and told');
select is((select status::text from close_trade((select trade_id from trades where symbol = 'AAPL' and closed_at is null))), 'PENDING', 'which is closed like any other');

-- A fill that crosses zero is two executions.
select is(pg_temp.at_broker('d', 'MSFT', 'sell', 8), 'PENDING PLACED', 'a sale');
select is(tests.tell(pg_temp.noted('d'), 'FILLED', 11, 100), 'FILLED OVER 11', 'that is overfilled');
select is(pg_temp.alarmed('d'), 'overfill CRITICAL', 'is alarmed');
select tests.act_as('alice', 'live');
select results_eq($$ select part::integer, quantity::numeric from executions where order_id = pg_temp.noted('d') order by part $$, $$ values (1, 8::numeric), (2, 3) $$, 'and crosses zero in two');
select is((select count(*) from audit_log where operation = 'alarm_raised'), (select count(*) from alarms), 'each alarm is an event');

-- A fill of an order that its user has canceled, and that is held.
select is(pg_temp.at_broker('e', 'MSFT', 'buy', 3), 'PENDING PLACED', 'another');
select tests.act_as('alice', 'live');
select is((select pending_action::text from cancel_order(pg_temp.noted('e'))), 'cancel', 'is being canceled');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('e'), 'FILLED', 3, 100), 'FILLED OVER 3', 'and fills first');
select is(pg_temp.alarmed('e'), null, 'which is no alarm');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
