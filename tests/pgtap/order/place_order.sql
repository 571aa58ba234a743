-- What raises and what is refused when an order is placed, alike in both books.
begin;
select plan(75);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select tests.quote('EURUSD', 1.1, 1.2);
select shared_data.add_instrument('NDX', 'index', 'USD') is not null;
select tests.open('alice');
select tests.act_as('alice', book());

select throws_ok('select place_order(' || terms || ')', 'TB400', null, 'refused: ' || left(terms, 90))
from unnest(array[
  '''AAPL'', ''hold'', 1', '''AAPL'', null, 1', '''AAPL'', ''BUY'', 1',
  '''AAPL'', ''buy'', 0', '''AAPL'', ''buy'', -1', '''AAPL'', ''buy'', null', '''AAPL'', ''buy'', ''NaN''', '''AAPL'', ''buy'', ''Infinity''',
  '''AAPL'', ''buy'', ''-Infinity''', '''AAPL'', ''buy'', 1.5', '''AAPL'', ''buy'', 0.001',
  '''AAPL'', ''buy'', 1, order_type => ''guess''', '''AAPL'', ''buy'', 1, order_type => null',
  '''AAPL'', ''buy'', 1, time_in_force => ''soon''', '''AAPL'', ''buy'', 1, time_in_force => null', '''AAPL'', ''buy'', 1, time_in_force => ''day''',
  '''AAPL'', ''buy'', 1, limit_price => 5', '''AAPL'', ''buy'', 1, stop_price => 5',
  '''AAPL'', ''buy'', 1, order_type => ''limit''', '''AAPL'', ''buy'', 1, order_type => ''stop''',
  '''AAPL'', ''buy'', 1, order_type => ''stop_limit'', limit_price => 5', '''AAPL'', ''buy'', 1, order_type => ''stop_limit'', stop_price => 5',
  '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => 5, stop_price => 5',
  '''AAPL'', ''buy'', 1, order_type => ''stop'', limit_price => 5, stop_price => 5',
  '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => 0', '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => -5',
  '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => ''NaN''', '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => ''Infinity''',
  '''AAPL'', ''buy'', 1, order_type => ''limit'', limit_price => 5.001', '''AAPL'', ''buy'', 1, order_type => ''stop'', stop_price => 5.001',
  '''AAPL'', ''buy'', 1, order_type => ''stop'', stop_price => ''NaN''',
  '''AAPL'', ''buy'', 1, order_type => ''stop'', stop_price => 5, time_in_force => ''IOC''',
  '''AAPL'', ''buy'', 1, order_type => ''stop_limit'', stop_price => 5, limit_price => 5, time_in_force => ''FOK''',
  '''AAPL'', ''buy'', 1, idempotency_key => ''''', '''AAPL'', ''buy'', 1, idempotency_key => repeat(''k'', 201)',
  '''AAPL'', ''buy'', 1, strategy => repeat(''s'', 101)', '''AAPL'', ''buy'', 1, context => ''[1]''', '''AAPL'', ''buy'', 1, context => ''1''',
  '''AAPL'', ''buy'', 1, stop_loss => 0', '''AAPL'', ''buy'', 1, take_profit => -110', '''AAPL'', ''buy'', 1, stop_loss => ''NaN''',
  '''AAPL'', ''buy'', 1, stop_loss => 90.001', '''AAPL'', ''buy'', 1, stop_loss => 110, take_profit => 90',
  '''AAPL'', ''buy'', 1, ''limit'', 100, stop_loss => 100', '''AAPL'', ''sell'', 1, ''limit'', 100, take_profit => 101',
  '''NDX'', ''buy'', 1']) as wrong (terms);

select throws_ok($$ select place_order('XXXX', 'buy', 1) $$, 'TB404', null, 'an unknown symbol');
select throws_ok($$ select place_order(null, 'buy', 1) $$, 'TB404', null, 'no symbol');
select throws_ok($$ select place_order('aapl', 'buy', 1) $$, 'TB404', null, 'a symbol is spelt as it is');
select throws_ok($$ select place_order('AAPL', 'buy', 1, portfolio => 'other') $$, 'TB404', null,
  'an unknown portfolio');
select is((select count(*) from orders), 0::bigint, 'what raises stores nothing');

select results_eq(
  $$ select status::text, reject_reason is not null, filled_quantity::numeric, order_number, version::integer, left(order_id, 5), trade_id is null
     from place_order('AAPL', 'buy', 10000) $$,
  $$ select 'REJECTED', true, 0::numeric, 1::bigint, 1, left(upper(book()) || '_', 5), true $$,
  'what the state of the world forbids is stored REJECTED, with a reason, and makes no trade');
select results_eq($$ select status::text, reject_reason is not null from orders $$, $$ values ('REJECTED', true) $$,
  'it is a row');
select results_eq($$ select operation from audit_log order by seq desc limit 1 $$, array['order_rejected'],
  'and an event');
select is((select status::text from place_order('SAP', 'buy', 1)), 'REJECTED',
  'a market order without a price is REJECTED');
select is((select status::text from place_order('AAPL', 'sell', 1)), 'REJECTED', 'so is selling what isn''t there');
select is((select max(order_number) from orders), 3::bigint, 'orders are numbered within their portfolio');
select results_eq('select amount::numeric, held::numeric from balances', $$ values (100000::numeric, 0::numeric) $$,
  'a refusal moves and holds nothing');

-- Who may.
select tests.act_as('', book());
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB401', null, 'nobody places nothing');
select tests.act_as('nobody', book());
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB401', null, 'nor somebody unknown');
select tests.act_as('market', book());
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB401', null, 'nor the market');
select tests.act_as('bob', book());
select throws_ok($$ select place_order('AAPL', 'buy', 1) $$, 'TB400', null, 'without a portfolio: which one?');
select throws_ok($$ select place_order('AAPL', 'buy', 1, portfolio => 'main') $$, 'TB404', null,
  'hers doesn''t exist for him');

-- Closed and unverified users do nothing.
select tests.act_as_installer();
update identity.users set status = 'PENDING_VERIFICATION' where username = 'alice';
select tests.act_as('alice', book());
select throws_ok(act, 'TB401', null, 'unverified: ' || act)
from unnest(array['select place_order(''AAPL'', ''buy'', 1)', 'select cancel_all()', 'select open_portfolio(''x'')']) as tried (act);
select tests.act_as_installer();
update identity.users set status = 'CLOSED', closed_at = now() where username = 'alice';
select tests.act_as('alice', book());
select throws_ok(act, 'TB401', null, 'closed: ' || act)
from unnest(array['select place_order(''AAPL'', ''buy'', 1)', 'select place_order(''AAPL'', ''sell'', 1)', 'select cancel_all()', 'select open_portfolio(''x'')',
                  'select close_portfolio(''main'')', 'select edit_portfolio(''main'', 1)', 'select cancel_order(''x'')', 'select verify_portfolios()',
                  'select replace_order(''x'', 1)']) as tried (act);

select tests.act_as_installer();
select finish();
rollback;
