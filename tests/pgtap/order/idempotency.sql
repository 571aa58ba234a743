-- A key stands for one request: repeated it returns its order as that stands now, REJECTED or not; another request is TB412.
begin;
select plan(22);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select tests.open(person) from unnest(array['alice', 'bob']) as person;
select tests.open('alice', 'side');
select tests.act_as('alice', book());

select set_config('tests.first', (place_order('AAPL', 'buy', 10, portfolio => 'main', idempotency_key => 'k1')).order_id, true);
select is((place_order('AAPL', 'buy', 10, portfolio => 'main', idempotency_key => 'k1')).order_id::text, current_setting('tests.first'),
  'the same request, the same order');
select is((place_order('AAPL', 'buy', 10.00, portfolio => 'main', idempotency_key => 'k1')).order_id::text, current_setting('tests.first'),
  '10 is 10.00');
select is((place_order('AAPL', 'buy', 10, 'market', time_in_force => 'DAY', strategy => '', context => '{}', portfolio => 'main', idempotency_key => 'k1')).order_id::text,
  current_setting('tests.first'), 'a default that is said is a default');
select is((select count(*) from orders), 1::bigint, 'there is one order');
select is((select count(*) from audit_log where coalesce(details -> 'order', details) ->> 'idempotency_key' = 'k1'), 1::bigint,
  'and one event of placing it');

select throws_ok(format('select place_order(%s, portfolio => ''main'', idempotency_key => ''k1'')', terms), 'TB412', null, 'another request: ' || terms)
from unnest(array['''AAPL'', ''buy'', 11', '''AAPL'', ''sell'', 10', '''MSFT'', ''buy'', 10', '''XXXX'', ''buy'', 10',
  '''AAPL'', ''buy'', 10, order_type => ''limit'', limit_price => 90', '''AAPL'', ''buy'', 10, time_in_force => ''GTC''',
  '''AAPL'', ''buy'', 10, strategy => ''other''', '''AAPL'', ''buy'', 10, context => ''{"a": 1}''', '''AAPL'', ''buy'', 10, context => ''{"a": null}''',
  '''AAPL'', ''buy'', 10, order_type => ''stop'', stop_price => 110']) as other (terms);

select place_order('AAPL', 'buy', 10, portfolio => 'main', idempotency_key => 'k3', context => '{"a": 1}') is not null;
select throws_ok($$ select place_order('AAPL', 'buy', 10, portfolio => 'main', idempotency_key => 'k3', context => '{"a": 1, "b": null}') $$,
  'TB412', null, 'a null within the context is something said');

select isnt((place_order('AAPL', 'buy', 10, portfolio => 'side', idempotency_key => 'k1')).order_id::text, current_setting('tests.first'),
  'a key belongs to its portfolio');
select set_config('tests.refused', (place_order('AAPL', 'buy', 1000000, portfolio => 'main', idempotency_key => 'k2')).order_id, true);
select results_eq($$ select order_id::text, status::text from place_order('AAPL', 'buy', 1000000, portfolio => 'main', idempotency_key => 'k2') $$,
  $$ values (current_setting('tests.refused'), 'REJECTED') $$, 'a REJECTED order is repeated too');
select isnt((place_order('AAPL', 'buy', 10, portfolio => 'main')).order_id, (place_order('AAPL', 'buy', 10, portfolio => 'main')).order_id,
  'without a key every call is a new order');

-- Keys outlive their portfolio.
select set_config('tests.last', (open_portfolio('short-lived')).name, true);
select set_config('tests.last', (place_order('AAPL', 'sell', 1, portfolio => 'short-lived', idempotency_key => 'k9')).order_id, true);
select close_portfolio('short-lived') is not null;
select is((place_order('AAPL', 'sell', 1, portfolio => 'short-lived', idempotency_key => 'k9')).order_id::text,
  current_setting('tests.last'), 'a repeat is answered from a closed portfolio too');
select throws_ok($$ select place_order('AAPL', 'sell', 1, portfolio => 'short-lived', idempotency_key => 'k10') $$,
  'TB422', null, 'which takes no new order');

select tests.act_as('bob', book());
select isnt((place_order('AAPL', 'buy', 10, idempotency_key => 'k1')).order_id::text, current_setting('tests.first'),
  'her keys are no matter of bob''s: the outcome is the same whether or not she has one');

select tests.act_as_installer();
select finish();
rollback;
