-- The audit log's constraints, and that nothing changes a row of it.
begin;
select plan(12);

select tests.set_stage();
select tests.open('alice');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"seq": 3, "previous_checksum": "\\x00"}', 'accepted'),
  ('{"username": "bob"}', '23503 audit_log_portfolio_fkey'),
  ('{"seq": 2, "previous_checksum": "\\x00"}', '23505 audit_log_pkey'),
  ('{"seq": 0, "previous_checksum": "\\x00"}', '23514 audit_log_seq_counts'),
  ('{"seq": 3}', '23514 audit_log_chain_has_one_start'),
  ('{"previous_checksum": "\\x00"}', '23514 audit_log_chain_has_one_start'),
  ('{"checksum": "\\x00"}', '23514 audit_log_checksum_is_sha256');
insert into cases
select jsonb_build_object('seq', 3, 'previous_checksum', checksum), '23505 audit_log_chain_never_forks'
from audit_log where seq = 1;

select is(tests.refusal(tests.row_like('audit_log', change)), refused, refused) from cases;
select is_empty($$ select tests.laws_of('audit_log') except select split_part(refused, ' ', 2) from cases $$,
  'every law of the audit log is tried');

select is(tests.refusal(act), 'TB001 audit_log', 'audit_log_rows_are_facts: ' || act)
from unnest(array['update audit_log set actor = actor where false', 'delete from audit_log where false',
                  'truncate audit_log']) as tried (act);

select finish();
rollback;
