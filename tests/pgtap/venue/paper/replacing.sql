-- Rule 11 on paper: a replaced order meets the market anew.
begin;
select plan(10);

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 101);
select tests.act_as('alice', 'paper');
select set_config('tests.order', (place_order('AAPL', 'buy', 10, 'limit', 95, time_in_force => 'GTC')).order_id, true);

select results_eq($$ select quantity::numeric, limit_price::numeric, status::text, version::integer from replace_order(current_setting('tests.order'), 1, quantity => 20, limit_price => 96) $$,
  $$ values (20::numeric, 96::numeric, 'OPEN', 2) $$, 'quantity and limit are new, and the version');
select results_eq($$ select operation, details ->> 'quantity', details ->> 'version' from audit_log order by seq desc limit 1 $$,
  $$ values ('order_replaced', '20', '2') $$,
  'an event tells it');
select results_eq($$ select status::text, average_price from replace_order(current_setting('tests.order'), 2, limit_price => 102) $$,
  $$ values ('FILLED', 101::numeric) $$,
  'raised above the ask it fills at the quote');
select throws_ok($$ select replace_order(current_setting('tests.order'), 3, quantity => 30) $$, 'TB422', null,
  'and then it is done');

select set_config('tests.stop', (place_order('AAPL', 'sell', 20, 'stop', stop_price => 90, time_in_force => 'GTC')).order_id, true);
select results_eq($$ select stop_price::numeric, status::text from replace_order(current_setting('tests.stop'), 1, stop_price => 95) $$,
  $$ values (95::numeric, 'OPEN') $$,
  'a stop''s price is replaced');
select throws_ok($$ select replace_order(current_setting('tests.stop'), 2, limit_price => 94) $$, 'TB400', null,
  'a stop has no limit');
select throws_ok($$ select replace_order(current_setting('tests.stop'), 2, quantity => 21) $$, 'TB422', null,
  'nor may it sell what isn''t there');
select tests.quote('AAPL', 94, 96, 95);
select results_eq($$ select status::text from orders where order_type = 'stop' $$, array['FILLED'],
  'and triggers at its new price');

-- Filled between reading and replacing: the replacement finds it filled.
select set_config('tests.late', (place_order('AAPL', 'buy', 10, 'limit', 90, time_in_force => 'GTC')).order_id, true);
select tests.quote('AAPL', 88, 89);
select throws_ok($$ select replace_order(current_setting('tests.late'), 1, limit_price => 85) $$, 'TB422', null,
  'too late');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
