-- What somebody else did at the broker: an order of its own, marked as external, once something of it has filled.
begin;
select plan(25);

select tests.set_stage();
select tests.open_at_broker('alice', cash => '{"USD": {"amount": "10000", "buying_power": "10000"}}'), tests.open_at_broker('bob');
select shared_data.add_broker_symbol('tradier', 'MSFT', 'XMSFT') is not null;
select tests.quote('AAPL', 99, 101);
create function pg_temp.took(id text, symbol text, side text, quantity numeric, at timestamptz default now() + interval '1 second', account text default 'VA1') returns uuid language sql as $$
  select report_external('w1', 'tradier', took.account, id, symbol, side, quantity, took.at)
$$;
select tests.act_as_worker('alice');

select isnt(pg_temp.took('x1', 'AAPL', 'buy', 10), null, 'an order of nobody''s here is taken in');
select is(pg_temp.took('x1', 'AAPL', 'buy', 10), null, 'once');
select is(pg_temp.took('x2', 'NEVERSEEN', 'buy', 1), null, 'of an instrument that there is');
select is(pg_temp.took('x3', 'AAPL', 'buy', 10, now() - interval '1 day'), null, 'not from before the portfolio was opened: its holdings came in then');
select throws_ok($$ select pg_temp.took('x4', 'AAPL', 'buy', 10, account => 'VA9') $$, 'TB403', null, 'of an account that he holds');

select tests.act_as('alice', 'live');
select results_eq($$ select symbol, side::text, quantity::numeric, status::text, origin::text, reason, order_type::text, held_amount::numeric from orders $$,
  $$ values ('AAPL', 'buy', 10::numeric, 'PENDING', 'external', 'placed at the broker', 'market', 0::numeric) $$, 'it is an order, marked, and holds nothing');
select set_config('tests.x', order_id, true) from orders;
select results_eq('select state, broker_order_id from order_outbox', $$ values ('PLACED', 'x1') $$, 'which is never sent: it is there');
select results_eq('select kind, severity from alarms', $$ values ('external_order', 'MEDIUM') $$, 'its user is told');
select tests.act_as_worker('alice');
select results_eq($$ select action, broker_order_id from due_tasks('w1', 'tradier', 'VA1') $$, $$ values ('read', 'x1') $$, 'it is read like any other');
select is(tests.tell(current_setting('tests.x'), 'PARTIALLY_FILLED', 4, 100, '[{"fill_id": "f1", "quantity": "4", "price": "100"}]'), 'PARTIALLY_FILLED WORKING 4', 'and fills');
select tests.act_as('alice', 'live');
select results_eq('select quantity::numeric, cost::numeric from positions', $$ values (4::numeric, 400::numeric) $$, 'a position');
select results_eq('select status::text, open_quantity from trades', $$ values ('PARTIALLY_FILLED', 4::numeric) $$, 'and a trade');
select is((select amount::numeric from balances), 9600::numeric, 'paid for');
select is((select pending_action::text from cancel_order(current_setting('tests.x'))), 'cancel', 'its user may cancel it from here');
select tests.act_as_worker('alice');
select results_eq($$ select action, broker_order_id from due_tasks('w1', 'tradier', 'VA1') $$, $$ values ('cancel', 'x1') $$, 'by its id there');
select is(tests.tell(current_setting('tests.x'), 'CANCELED', 4, 100, '[]'), 'CANCELED OVER 4', 'and it is');

-- Somebody sells there what is held, and more; under another name.
select set_config('tests.y', pg_temp.took('x5', 'AAPL', 'sell', 6)::text, true);
select tests.act_as_installer();
select set_config('tests.sale', order_id, true) from order_outbox where client_id = current_setting('tests.y')::uuid;
select tests.act_as_worker('alice');
select is(tests.tell(current_setting('tests.sale'), 'FILLED', 6, 110), 'FILLED OVER 6', 'a sale there crosses zero');
select tests.act_as('alice', 'live');
select results_eq($$ select direction::text, status::text, open_quantity from trades order by trade_id $$, $$ values ('long', 'CLOSED', 0::numeric), ('short', 'OPEN', 2) $$, 'one trade is closed, another is open, short');
select tests.act_as_worker('alice');
select set_config('tests.z', pg_temp.took('x6', 'XMSFT', 'buy', 1)::text, true);
select tests.act_as_installer();
select results_eq($$ select symbol from orders join order_outbox using (username, order_id) where broker_order_id = 'x6' $$, array['MSFT'], 'a broker''s name for it is understood');

-- In paper mode, unconfirmed, halted: a fact all the same.
update identity.modes set active_mode = 'paper', is_live_allowed = false;
select oversight.halt_live_trading('a storm') is not null, set_config('app.confirm_live_trade', '', true);
select tests.act_as_worker('alice');
select isnt(pg_temp.took('x7', 'AAPL', 'buy', 2), null, 'facts ask for no yes');
select tests.act_as_installer();
select set_config('tests.late', order_id, true) from order_outbox where broker_order_id = 'x7';
select tests.act_as_worker('alice');
select is(tests.tell(current_setting('tests.late'), 'FILLED', 2, 110), 'FILLED OVER 2', 'nor do their fills');

-- Without a portfolio there is nowhere to put it.
select tests.act_as('bob', 'live');
select close_portfolio('main') is not null;
select tests.act_as_worker('bob');
select is(pg_temp.took('x8', 'AAPL', 'buy', 1), null, 'an account without a portfolio takes none in');

select tests.act_as_installer();
select is((select count(*) from orders where username = 'bob'), 0::bigint, 'and bob has none of it');
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
