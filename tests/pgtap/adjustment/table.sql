-- Position adjustments are facts: their constraints, and that nothing changes them.
begin;
select plan(12);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;
insert into position_adjustments select username, portfolio_id, 1, symbol, strategy, trade_id, 0, 0, 0, 0, now() from trades;

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"action_number": 2}', 'accepted'),
  ('{}', '23505 position_adjustments_pkey'),
  ('{"action_number": 2, "symbol": "MSFT"}', '23503 position_adjustments_position_fkey'),
  ('{"action_number": 2, "strategy": "other"}', '23503 position_adjustments_position_fkey'),
  ('{"action_number": 2, "quantity_delta": "NaN"}', '23514 amount_is_finite');
insert into cases
select jsonb_build_object('action_number', 2, 'trade_id', upper(book()) || '_none'), '23503 position_adjustments_trade_fkey';

select is(tests.refusal(tests.row_like('position_adjustments', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('position_adjustments') except select split_part(refused, ' ', 2) from cases $$,
  'every law of position adjustments is tried');
select is(tests.refusal(act), 'TB001 position_adjustments', 'position_adjustments_are_facts: ' || act)
from unnest(array['update position_adjustments set quantity_delta = 1', 'delete from position_adjustments', 'truncate position_adjustments']) as tried (act);

select tests.act_as('alice', book());
select throws_ok('update position_adjustments set quantity_delta = 1', '42501', null, 'nor may a trader');
select tests.act_as('bob', book());
select is((select count(*) from position_adjustments), 0::bigint, 'bob sees none of hers');
select tests.act_as_installer();
select finish();
rollback;
