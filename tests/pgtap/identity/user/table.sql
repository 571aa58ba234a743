-- A user's constraints and guards.
begin;
select plan(29);

select tests.set_stage();

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"username": "zoe", "email": "zoe@example.com"}', 'accepted'),
  ('{"username": "zoe", "email": null}', 'accepted'),
  ('{"email": null, "username": "alice"}', '23505 users_pkey'),
  ('{"username": "zoe", "email": "ALICE@example.com"}', '23505 users_email_is_the_only'),
  ('{"username": "Alice"}', '23514 users_username_is_a_plain_word'),
  ('{"username": "1alice"}', '23514 users_username_is_a_plain_word'),
  ('{"username": "a b"}', '23514 users_username_is_a_plain_word'),
  ('{"username": ""}', '23514 users_username_is_a_plain_word'),
  ('{"username": "venue"}', '23514 users_venue_is_nobody'),
  ('{"email": "nonsense"}', '23514 users_email_looks_like_one'),
  ('{"email": "a b@example.com"}', '23514 users_email_looks_like_one'),
  ('{"role": "GOD"}', '23514 users_role_is_known'),
  ('{"status": "HAPPY", "closed_at": null}', '23514 users_status_is_known'),
  ('{"password_hash": "secret"}', '23514 users_password_is_hashed'),
  ('{"status": "CLOSED", "closed_at": null}', '23514 users_closing_is_dated'),
  ('{"status": "ACTIVE", "closed_at": "2026-01-01"}', '23514 users_closing_is_dated'),
  ('{"version": 0}', '23514 version_counts');

select is(tests.refusal(tests.row_like('identity.users', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('identity.users') except select split_part(refused, ' ', 2) from cases $$,
  'every law of users is tried');

select is(tests.refusal(tests.row_like('identity.users', jsonb_build_object('username', 'zoe', 'email', null, 'password_hash', hash))),
  'accepted', 'a hash of this kind is one: ' || hash)
from unnest(array['$argon2id$v=19$m=1', '$2b$12$abc', '$2y$12$abc']) as known (hash);

select is(tests.refusal('delete from identity.users where false'), 'TB001 users', 'users_are_never_removed: deleted');
select is(tests.refusal('truncate identity.users cascade'), 'TB001 users', 'users_are_never_removed: truncated');
select is(tests.refusal($$ update identity.users set username = 'alicia' where username = 'alice' $$), 'TB001 users',
  'users_names_are_final');
select is(tests.refusal($$ update identity.users set created_at = '2000-01-01' where username = 'alice' $$), 'TB001 users',
  'users_names_are_final: nor the day they came');
update identity.users set status = 'CLOSED', closed_at = now() where username = 'bob';
select is(tests.refusal($$ update identity.users set status = 'ACTIVE', closed_at = null where username = 'bob' $$), 'TB001 users',
  'users_closing_is_final');

select is((select version::integer from identity.users where username = 'alice'), 1, 'T-01-04 version defaults to 1');
select is((select created_at from identity.users where username = 'alice'), now(), 'T-01-08 created_at fills itself');
select is((select status from identity.users where username = 'market'), 'CLOSED',
  'the market''s user is closed, so nobody acts as him');

select finish();
rollback;
