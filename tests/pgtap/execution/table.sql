-- Executions are facts: their constraints, and that nothing changes them.
begin;
select plan(24);

select tests.set_stage();
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) like '%';

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"seq": 2, "fill_id": "another"}', 'accepted'),
  ('{"fill_id": "another"}', '23505 executions_pkey'),
  ('{"seq": 2}', '23505 executions_fill_once'),
  ('{"seq": 2, "fill_id": "another", "username": "bob"}', '23503 executions_trade_fkey'),
  ('{"trade_id": "1"}', '23514 book_id_names_its_book'),
  ('{"seq": 0}', '23514 executions_seq_counts'),
  ('{"part": 0}', '23514 executions_part_counts'),
  ('{"side": "hold"}', '23514 side_is_known'),
  ('{"liquidity": "liquid"}', '23514 liquidity_is_known'),
  ('{"price_source": "rumour"}', '23514 price_source_is_known'),
  ('{"rate": 0}', '23514 executions_rate_is_positive'),
  ('{"price": 0}', '23514 executions_price_is_nothing_at_end'),
  ('{"price": "NaN"}', '23514 magnitude_is_not_negative'),
  ('{"seq": 2, "fill_id": "another", "price": 0, "price_source": "settlement"}', 'accepted'),
  ('{"quantity": 0}', '23514 quantity_is_positive'),
  ('{"fee": "Infinity"}', '23514 amount_is_finite');
insert into cases
select jsonb_build_object('trade_id', case book() when 'paper' then 'LIVE_1' else 'PAPER_1' end), '23514 book_id_names_its_book'
union all
select jsonb_build_object('seq', 2, 'fill_id', 'another', 'order_id', upper(book()) || '_1'), '23503 executions_order_fkey';

select is(tests.refusal(tests.row_like('executions', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('executions') except select split_part(refused, ' ', 2) from cases $$,
  'every law of executions is tried');

select is(tests.refusal(act), 'TB001 executions', 'executions_are_facts: ' || act)
from unnest(array['update executions set price = 1 where false', 'delete from executions where false',
                  'truncate executions cascade']) as tried (act);

select is(tests.refusal(tests.row_like('executions', '{"seq": 2, "fill_id": "another", "realized_pnl": -12.5}')), 'accepted',
  'T-01-10 realized_pnl accepts negative values');
select is((select created_at from executions), now(), 'T-01-08 created_at fills itself');

select finish();
rollback;
