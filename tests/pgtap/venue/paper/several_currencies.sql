-- B1: each currency is its own money.
begin;
select plan(9);

select tests.set_stage();
select tests.open('alice', balances => '{"USD": 1000, "EUR": 500}');
select tests.quote('AAPL', 99, 100), tests.quote('SAP', 99, 100), tests.quote('EURUSD', 1.2, 1.2);
select tests.act_as('alice', 'paper');

select results_eq($$ select status::text, currency from place_order('SAP', 'buy', 4) $$, $$ values ('FILLED', 'EUR') $$,
  'paid in its instrument''s currency');
select is((select status::text from place_order('SAP', 'buy', 2)), 'REJECTED', 'dollars don''t pay for it');
select is((select status::text from place_order('AAPL', 'buy', 9)), 'FILLED',
  'they are all there for what is in dollars');
select results_eq('select currency, amount::numeric from balances order by currency', $$ values ('EUR', 100::numeric), ('USD', 100) $$,
  'each balance moved by itself');
select results_eq($$ select currency, held_amount::numeric from place_order('SAP', 'buy', 1, 'limit', 90, time_in_force => 'GTC') $$,
  $$ values ('EUR', 90::numeric) $$,
  'and holds by itself');
select results_eq('select cash, held, equity from portfolio_summary', $$ values (220::numeric, 108::numeric, 220 + 9 * 99 + 4 * 99 * 1.2) $$,
  'the summary adds them up in dollars');
select is((select status::text from place_order('SAP', 'sell', 4)), 'FILLED', 'sold');
select is((select realized_pnl from portfolio_summary), -4.8, 'its loss is told in dollars');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
