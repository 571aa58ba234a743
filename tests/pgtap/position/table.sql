-- A position's constraints and guards.
begin;
select plan(18);

select tests.set_stage();
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) like '%';

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"strategy": "other"}', 'accepted'),
  ('{}', '23505 positions_pkey'),
  ('{"username": "bob"}', '23503 positions_portfolio_fkey'),
  ('{"symbol": "XXXX"}', '23503 positions_symbol_fkey'),
  ('{"cost": -1000}', '23514 positions_flat_cost_nothing'),
  ('{"quantity": 0, "trade_id": null}', '23514 positions_flat_cost_nothing'),
  ('{"trade_id": null}', '23514 positions_flat_belong_to_no_trade'),
  ('{"quantity": "NaN"}', '23514 amount_is_finite'),
  ('{"multiplier": 0}', '23514 quantity_is_positive');

select is(tests.refusal(tests.row_like('positions', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('positions') except select split_part(refused, ' ', 2) from cases $$,
  'every law of positions is tried');

select is(tests.refusal('delete from positions where false'), 'TB001 positions',
  'positions_are_never_removed: deleted');
select is(tests.refusal('truncate positions cascade'), 'TB001 positions', 'positions_are_never_removed: truncated');

select is(tests.refusal(format('update positions set %I = %L', field, value)), 'TB001 positions',
          'positions_identity_is_final: ' || field)
from (values ('username', 'bob'), ('portfolio_id', '00000000-0000-7000-8000-000000000001'), ('symbol', 'MSFT'),
             ('strategy', 'other'), ('currency', 'EUR'), ('multiplier', '100')) as final (field, value);

select finish();
rollback;
