-- A mode's constraints and guard.
begin;
select plan(7);

select tests.set_stage();

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"username": "market"}', 'accepted'),
  ('{}', '23505 modes_pkey'),
  ('{"username": "nobody"}', '23503 modes_user_fkey'),
  ('{"active_mode": "dream"}', '23514 modes_mode_is_known');

select is(tests.refusal(tests.row_like('identity.modes', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('identity.modes') except select split_part(refused, ' ', 2) from cases $$,
  'every law of modes is tried');

select is(tests.refusal('delete from identity.modes where false'), 'TB001 modes', 'modes_are_never_removed: deleted');
select is(tests.refusal('truncate identity.modes'), 'TB001 modes', 'modes_are_never_removed: truncated');

select finish();
rollback;
