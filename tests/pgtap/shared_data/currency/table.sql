-- A currency's constraints and guard, and that everyone reads it and no application writes it.
begin;
select plan(25);

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"currency": "XXX"}', 'accepted'),
  ('{}', '23505 currencies_pkey'),
  ('{"currency": "usd"}', '23514 currencies_code_is_upper_case'),
  ('{"currency": "U"}', '23514 currencies_code_is_upper_case'),
  ('{"decimals": 19}', '23514 currencies_decimals_are_few'),
  ('{"decimals": -1}', '23514 currencies_decimals_are_few'),
  ('{"initial_balance": "NaN"}', '23514 amount_is_finite');

select is(tests.refusal(tests.row_like('shared_data.currencies', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.currencies') except select split_part(refused, ' ', 2) from cases $$,
  'every law of currencies is tried');

select is(tests.refusal('delete from shared_data.currencies where false'), 'TB001 currencies',
  'currencies_are_never_removed: deleted');
select is(tests.refusal('truncate shared_data.currencies cascade'), 'TB001 currencies',
  'currencies_are_never_removed: truncated');

select results_eq(
  $$ select currency, initial_balance::numeric from shared_data.currencies where initial_balance is not null order by currency $$,
  $$ values ('INR', 500000::numeric), ('USD', 100000), ('USDT', 10000) $$,
  'the presets of a paper portfolio');

set local role twinbook_market_data;
select is((select decimals::integer from shared_data.add_currency('SEK', 2)), 2, 'market data''s role adds a currency');
select throws_ok($$ select shared_data.add_currency('SEK', 2) $$, 'TB422', null, 'once');
select throws_ok(format('select shared_data.add_currency(%L, %s)', code, decimals), 'TB400', null, format('not %s with %s decimals', code, decimals))
from (values ('sek', '2'), (null, '2'), ('NOK', '19'), ('NOK', '-1'), ('NOK', 'null'), ('NOK', '99999')) as wrong (code, decimals);

set local role twinbook_paper;
select throws_ok($$ select shared_data.add_currency('NOK', 2) $$, '42501', null, 'a trader adds none');
select isnt_empty($$ select * from shared_data.currencies $$, 'but reads them');
select throws_ok(act, '42501', null, 'and touches none: ' || act)
from unnest(array['insert into shared_data.currencies values (''NOK'', 2)', 'update shared_data.currencies set decimals = 3',
                  'delete from shared_data.currencies', 'truncate shared_data.currencies']) as tried (act);

reset role;
select finish();
rollback;
