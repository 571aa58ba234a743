-- The constraints of the log outside the books, and that nothing changes a row of it.
begin;
select plan(24);

select identity.register_user('alice', 'alice@example.com') is not null, identity.register_user('bob') is not null;
select is(tests.refusal(tests.row_like('oversight.audit_log', change)), refused, refused)
from (values
  ('{"seq": 2, "previous_checksum": "\\x00"}'::jsonb, 'accepted'),
  ('{"username": "carol"}', '23503 audit_log_head_fkey'),
  ('{"previous_checksum": "\\x00"}', '23514 audit_log_chain_has_one_start'),
  ('{"seq": 2}', '23514 audit_log_chain_has_one_start'),
  ('{"seq": 0, "previous_checksum": "\\x00"}', '23514 audit_log_seq_counts'),
  ('{"checksum": "\\x00"}', '23514 audit_log_checksum_is_sha256')) as tried (change, refused);
select is(tests.refusal(tests.row_like('oversight.audit_log', '{}')), '23505 audit_log_pkey', 'a number is given once');
select is(tests.refusal($$
  insert into oversight.audit_log (username, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
  select username, n, 'x', 'x', '{}', checksum, checksum, now() from oversight.audit_log, generate_series(2, 3) as n
  where username = 'alice' $$), '23505 audit_log_chain_never_forks', 'a chain never forks');
select is(tests.refusal(tests.row_like('oversight.audit_heads', change)), refused, refused)
from (values
  ('{"username": "carol"}'::jsonb, 'accepted'),
  ('{}', '23505 audit_heads_pkey'),
  ('{"username": "carol", "seq": -1}', '23514 audit_heads_seq_counts'),
  ('{"username": "carol", "seq": 0}', '23514 audit_heads_have_a_head')) as tried (change, refused);

select is(tests.refusal(act), 'TB001 audit_log', 'audit_log_rows_are_facts: ' || act)
from unnest(array['update oversight.audit_log set actor = actor where false',
                  'delete from oversight.audit_log where false', 'truncate oversight.audit_log']) as tried (act);
select is(tests.refusal(act), 'TB001 audit_heads', act)
from unnest(array['delete from oversight.audit_heads where false', 'truncate oversight.audit_heads cascade',
                  'update oversight.audit_heads set seq = seq - 1', 'update oversight.audit_heads set seq = seq',
                  'update oversight.audit_heads set username = ''carol''']) as tried (act);

-- What acts as the owner sees and appends the acts of who acts, another's never.
set local role twinbook_owner;
select set_config('app.current_user', 'alice', true);
select results_eq('select distinct username from oversight.audit_log', $$ values ('alice') $$, 'one''s own');
select lives_ok($$ select oversight.append_event('alice', 'tried', '{}') $$, 'and grow');
select throws_ok($$ select oversight.append_event('bob', 'forged', '{}') $$, '42501', null, 'another''s don''t');
select set_config('app.current_user', '', true);
select is_empty($$ select * from oversight.audit_log where username !~ '^login:' $$, 'where nobody is set, the login''s alone');

select set_config('role', 'none', true);
select finish();
rollback;
