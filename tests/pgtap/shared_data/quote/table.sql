-- A quote's constraints and guards: the latest price only moves forward.
begin;
select plan(14);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"symbol": "MSFT"}', 'accepted'),
  ('{}', '23505 quotes_pkey'),
  ('{"feed": "silent"}', '23503 quotes_feed_fkey'),
  ('{"symbol": "XXXX"}', '23503 quotes_symbol_fkey'),
  ('{"bid": null, "ask": null}', '23514 quotes_say_something'),
  ('{"bid": 0}', '23514 price_is_positive'),
  ('{"volume": "NaN"}', '23514 amount_is_finite');

select is(tests.refusal(tests.row_like('shared_data.quotes', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.quotes') except select split_part(refused, ' ', 2) from cases $$,
  'every law of quotes is tried');

select is(tests.refusal('delete from shared_data.quotes where false'), 'TB001 quotes',
  'quotes_are_never_removed: deleted');
select is(tests.refusal('truncate shared_data.quotes'), 'TB001 quotes', 'quotes_are_never_removed: truncated');
select is(tests.refusal('update shared_data.quotes set ' || change), refused, 'quotes_only_move_on: ' || change)
from (values ('number = number, bid = 98', 'TB001 quotes'), ('number = number - 1', 'TB001 quotes'),
             ('number = number + 1, quoted_at = quoted_at - interval ''1 second''', 'TB001 quotes'),
             ('number = number + 1', 'accepted')) as moves (change, refused);

select finish();
rollback;
