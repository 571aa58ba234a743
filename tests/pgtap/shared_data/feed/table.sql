-- A feed's constraints and guards.
begin;
select plan(18);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
insert into shared_data.feeds (username, name, newest_number, newest_at, late_quotes) values ('alice', 'hers', 5, '2026-03-02', 2);

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"name": "other"}', 'accepted'),
  ('{}', '23505 feeds_pkey'),
  ('{"username": "nobody", "is_realtime": false}', '23503 feeds_user_fkey'),
  ('{"name": "Two Words"}', '23514 feeds_name_is_a_plain_word'),
  ('{"fills_on": "a whim"}', '23514 feeds_fills_on_is_known'),
  ('{"username": "alice", "is_realtime": true}', '23514 feeds_real_time_is_shared');

select is(tests.refusal(tests.row_like('shared_data.feeds', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.feeds') except select split_part(refused, ' ', 2) from cases $$,
  'every law of feeds is tried');

select is(tests.refusal('delete from shared_data.feeds where false'), 'TB001 feeds',
  'feeds_are_never_removed: deleted');
select is(tests.refusal('truncate shared_data.feeds cascade'), 'TB001 feeds', 'feeds_are_never_removed: truncated');

select is(tests.refusal(format('update shared_data.feeds set %I = %L where name = ''hers''', field, value)), 'TB001 feeds',
          'feeds_identity_is_final: ' || field)
from (values ('username', 'bob'), ('name', 'his'), ('is_realtime', 'true'), ('fills_on', 'next quote'), ('created_at', '2000-01-01'))
  as final (field, value);
select is(tests.refusal(format('update shared_data.feeds set %s where name = ''hers''', change)), 'TB001 feeds',
          'feeds_only_move_on: ' || change)
from unnest(array['newest_number = 4', 'newest_at = ''2026-03-01''', 'late_quotes = 1']) as back (change);
select is(tests.refusal($$ update shared_data.feeds set newest_number = 6, newest_at = '2026-03-03', late_quotes = 3 where name = 'hers' $$),
  'accepted', 'onward it moves');

select finish();
rollback;
