-- Rule 27: a live portfolio is bound to one account at a broker, and opens with what that was last read to have: money in
-- any currency, above zero or below it, and positions, long, short and of options, at what they cost.
begin;
select plan(32);

select tests.set_stage();
select shared_data.add_instrument('AAPLC100', 'option', 'USD', underlying => 'AAPL', option_type => 'call', strike => 100, expiry => '2026-03-20') is not null,
       shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 8) is not null;
select tests.quote('AAPL', 99, 101);
select tests.act_as('alice', 'live');
select identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx') is not null, identity.add_broker('kraken', 'K1', 'sandbox', 'gAAAAAx') is not null;

select throws_ok($$ select open_portfolio('main', broker => 'tradier', account => 'VA1') $$, 'TB422', null, 'what was never read opens nothing');
select tests.act_as_worker('alice');
select is((select count(*) from claim_account('w1', only_broker => 'tradier')), 1::bigint, 'a worker reads it');
select is_empty($$ select * from report_account('w1', 'tradier', 'VA1',
  '{"USD": {"amount": "-1250.50", "buying_power": "20000"}, "EUR": {"amount": "30.1234", "buying_power": "30.1234"}, "XAU": {"amount": "1", "buying_power": "1"}}',
  '{"AAPL": {"quantity": "10", "cost": "950"}, "MSFT": {"quantity": "-3", "cost": "-300"}, "AAPLC100": {"quantity": "2", "cost": "1020"},
    "NEVERSEEN": {"quantity": "1", "cost": "1"}, "SAP": {"quantity": "7", "cost": "450"}, "BTCUSD": {"quantity": "0.5", "cost": "30000"}}',
  equity => 10000, equity_currency => 'USD') $$, 'which is compared with nothing while nothing is open');

select tests.act_as('alice', 'live');
select throws_ok(format('select open_portfolio(%s)', terms), code, null, format('%s: %s', code, terms))
from (values
  ('''main'', broker => ''tradier'', account => ''VA9''', 'TB404'), ('''main'', broker => ''alpaca'', account => ''VA1''', 'TB404'),
  ('''main'', broker => ''tradier''', 'TB404'), ('''main'', account => ''VA1''', 'TB400'),
  ('''main'', broker => ''tradier'', account => ''VA1'', initial_balances => ''{"USD": 1}''', 'TB400'),
  ('''main'', broker => ''kraken'', account => ''K1''', 'TB422')) as wrong (terms, code);
select identity.drop_broker('tradier', 'VA1') is not null;
select throws_ok($$ select open_portfolio('main', broker => 'tradier', account => 'VA1') $$, 'TB422', null, 'nor does an inactive account');
select identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx') is not null;

select results_eq($$ select broker::text, account, feed, initial_balances::jsonb from open_portfolio('main', broker => 'tradier', account => 'VA1', feed => 'tape') $$,
  $$ values ('tradier', 'VA1', 'tape', '{"EUR": "30.1234", "USD": "-1250.50", "XAU": "1"}'::jsonb) $$, 'it opens, however many decimals a broker counts');
select results_eq($$ select currency, amount::numeric from balances where currency <> 'BTC' order by currency $$, $$ values ('EUR', 30.1234), ('USD', -1250.50) $$,
  'with the money that is there, what is owed too, in the currencies that are known');
select results_eq($$ select symbol, strategy::text, quantity::numeric, round(cost, 9), average_price::numeric from positions order by symbol collate "C" $$,
  $$ values ('AAPL', '', 10::numeric, 950::numeric, 95::numeric), ('AAPLC100', '', 2, 10.2, 5.1), ('BTCUSD', '', 0.5, 30000, 60000), ('MSFT', '', -3, -300, 100), ('SAP', '', 7, 450, 64.285714285714) $$,
  'positions at what they cost, short and of options too; an unknown instrument waits for the next sync');
select results_eq($$ select symbol, direction::text, status::text, open_quantity from trades order by symbol collate "C" $$,
  $$ values ('AAPL', 'long', 'OPEN', 10::numeric), ('AAPLC100', 'long', 'OPEN', 2), ('BTCUSD', 'long', 'OPEN', 0.5), ('MSFT', 'short', 'OPEN', 3), ('SAP', 'long', 'OPEN', 7) $$, 'each is a trade');
select is((select bool_and(origin = 'external' and status = 'FILLED' and reason = 'as at the broker') from orders), true, 'whose orders are external');
select is((select string_agg(distinct price_source::text, ', ') from executions), 'broker', 'at the broker''s prices');
select is((select string_agg(distinct kind, ', ' order by kind) from ledger_entries), 'deposit, settlement, withdrawal', 'money for them came in, and none is a return');
select is((select count(*) from order_outbox), 0::bigint, 'nothing is sent');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)', 'the book is whole');
select results_eq($$ select details ->> 'broker', details ->> 'account' from audit_log where operation = 'portfolio_opened' $$, $$ values ('tradier', 'VA1') $$, 'the event says which account');

-- Read again, it agrees, but for what isn't known here.
select tests.act_as_worker('alice');
select results_eq($$ select kind, key, in_book::numeric, at_broker::numeric from report_account('w1', 'tradier', 'VA1',
  '{"USD": {"amount": "-1250.50", "buying_power": "20000"}, "EUR": {"amount": "30.1234", "buying_power": "30.1234"}}',
  '{"AAPL": {"quantity": "10", "cost": "950"}, "MSFT": {"quantity": "-3", "cost": "-300"}, "AAPLC100": {"quantity": "2", "cost": "1020"},
    "NEVERSEEN": {"quantity": "1", "cost": "1"}, "SAP": {"quantity": "7", "cost": "450"}, "BTCUSD": {"quantity": "0.5", "cost": "30000"}}',
  equity => 10000, equity_currency => 'USD') $$, $$ values ('position', 'NEVERSEEN', 0::numeric, 1::numeric) $$, 'the next sync tells what was left');

-- One account, one portfolio, for as long as it is open.
select tests.act_as('alice', 'live');
select throws_ok($$ select open_portfolio('second', broker => 'tradier', account => 'VA1') $$, 'TB422', null, 'an account has one portfolio');
select is(tests.refusal($$ update portfolios set account = 'VA2' $$), '42501', 'which a trader doesn''t bind anew');
select tests.act_as('bob', 'live');
select throws_ok($$ select open_portfolio('main', broker => 'tradier', account => 'VA1') $$, 'TB404', null, 'bob has no such account, though she has');
select identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx') is not null;
select tests.act_as_worker('bob');
select is((select username from claim_account('w1', only_user => 'bob')), 'bob', 'he has one of that number');
select is_empty($$ select * from report_account('w1', 'tradier', 'VA1', '{"USD": {"amount": "5", "buying_power": "5"}}', '{}') $$, 'read for himself');
select tests.act_as('bob', 'live');
select is((select initial_balances from open_portfolio('main', broker => 'tradier', account => 'VA1')), '{"USD": "5"}', 'and opened');
select is((select is_active from close_portfolio('main')), false, 'closed');
select lives_ok($$ select open_portfolio('again', broker => 'tradier', account => 'VA1') $$, 'it may be opened anew');
select tests.act_as('bob', 'paper');
set local search_path = paper_trading, shared_data, tap, pg_temp;
select throws_ok($$ select open_portfolio('main', broker => 'tradier', account => 'VA1') $$, 'TB400', null, 'on paper there are no brokers');
set local search_path = live_trading, shared_data, tap, pg_temp;

select tests.act_as_installer();
select is((select bool_and(username = 'alice') from orders), true, 'nothing of hers became his');
select is_empty('select * from differences()', 'the book is whole');
select finish();
rollback;
