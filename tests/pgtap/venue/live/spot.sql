-- Spot at a broker: what a sale holds may be coins that the book hasn't seen yet.
begin;
select plan(11);

select tests.set_stage();
select shared_data.add_currency('BTC', 8) is not null where not exists (select from shared_data.currencies where currency = 'BTC');
select shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', price_decimals => 1, size_decimals => 8) is not null;
select tests.quote('BTCUSD', 99, 101);
select tests.open_at_broker('alice');
select tests.act_as('alice', 'live');
select set_config('tests.sell', (place_order('BTCUSD', 'sell', 1, 'limit', 120, time_in_force => 'GTC')).order_id, true);
select set_config('tests.buy', (place_order('BTCUSD', 'buy', 2, 'limit', 101, time_in_force => 'GTC')).order_id, true);
select is((select status::text from orders where order_id = current_setting('tests.sell')), 'PENDING', 'a sale goes out: whether the coins are there, the broker says');
select results_eq($$ select currency, amount::numeric, held::numeric from balances order by currency $$, $$ values ('BTC', 0::numeric, 1::numeric), ('USD', 100000, 202) $$, 'and holds them');
select tests.act_as_worker('alice');
select is(tests.send(current_setting('tests.buy'), 'b1'), 'PENDING PLACED', 'what is bought');
select is(tests.tell(current_setting('tests.buy'), 'FILLED', 2, 101), 'FILLED OVER 2', 'is filled');
select is(tests.send(current_setting('tests.sell'), 's1'), 'PENDING PLACED', 'what is sold');
select is(tests.tell(current_setting('tests.sell'), 'CANCELED', reason => 'no such coins'), 'CANCELED OVER', 'may end otherwise');
select tests.act_as_installer();
select results_eq($$ select currency, amount::numeric, held::numeric from balances order by currency $$, $$ values ('BTC', 2::numeric, 0::numeric), ('USD', 99798, 0) $$, 'and holds nothing any more');
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');

-- A broker may keep one thing under two names.
select tests.act_as_worker('alice');
select report_account('w1', 'tradier', 'VA1', '{"USD": {"amount": "99798"}}', '{"BTC": {"quantity": "1.5"}, "BTCUSD": {"quantity": "0.5", "cost": "50"}}') is null;
select tests.act_as_installer();
select results_eq('select holdings::jsonb from identity.broker_accounts', $$ values ('{"BTCUSD": {"quantity": "2.0"}}'::jsonb) $$, 'two names of one thing add up; a cost that isn''t told of all is told of none');
select is_empty('select * from reconciliation_differences', 'and differ in nothing');

select finish();
rollback;
