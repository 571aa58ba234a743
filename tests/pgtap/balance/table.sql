-- A balance's constraints and guards.
begin;
select plan(14);

select tests.set_stage();
select tests.open('alice');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"currency": "EUR"}', 'accepted'),
  ('{}', '23505 balances_pkey'),
  ('{"currency": "XXX"}', '23503 balances_currency_fkey'),
  ('{"username": "bob"}', '23503 balances_portfolio_fkey'),
  ('{"held": -1}', '23514 magnitude_is_not_negative'),
  ('{"amount": "NaN"}', '23514 amount_is_finite'),
  ('{"held": "Infinity"}', '23514 magnitude_is_not_negative');

select is(tests.refusal(tests.row_like('balances', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('balances') except select split_part(refused, ' ', 2) from cases $$,
  'every law of balances is tried');

select is(tests.refusal($$ update balances set amount = -5 $$), 'accepted', 'facts may take a balance below zero');

select is(tests.refusal('delete from balances where false'), 'TB001 balances', 'balances_are_never_removed: deleted');
select is(tests.refusal('truncate balances'), 'TB001 balances', 'balances_are_never_removed: truncated');

select is(tests.refusal(format('update balances set %I = %L', field, value)), 'TB001 balances',
          'balances_identity_is_final: ' || field)
from (values ('username', 'bob'), ('portfolio_id', '00000000-0000-7000-8000-000000000001'), ('currency', 'EUR'))
  as final (field, value);

select finish();
rollback;
