-- The constraints of what is left to be matched.
begin;
select plan(7);

select tests.set_stage();
select tests.open('alice');
insert into unmatched select username, portfolio_id, 'AAPL', 1, 'placed', feed_owner, feed from portfolios;

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"from_number": 2}', 'accepted'),
  ('{"cause": "skipped"}', 'accepted'),
  ('{"cause": "failed"}', 'accepted'),
  ('{}', '23505 unmatched_pkey'),
  ('{"username": "bob"}', '23503 unmatched_portfolio_fkey'),
  ('{"cause": "bored"}', '23514 unmatched_cause_is_known');

select is(tests.refusal(tests.row_like('unmatched', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('unmatched') except select split_part(refused, ' ', 2) from cases $$,
  'every law of unmatched is tried');

select finish();
rollback;
