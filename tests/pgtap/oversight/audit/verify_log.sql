-- The log outside the books is verified as theirs are: what is done to it past every guard is found.
begin;
select plan(12);

select identity.register_user(person) is not null from unnest(array['alice', 'bob']) as person;
select identity.edit_user('alice', 1, status => 'SUSPENDED') is not null, identity.edit_user('alice', 2, status => 'ACTIVE') is not null;
select count(*) from oversight.seal();

set local role twinbook_auditor;
select results_eq($$ select username, portfolio_id, events, rebuilt_equals_stored, chain_intact, first_bad_seq from oversight.verify_book('oversight') where username !~ '^login:' $$,
  $$ values ('alice', null::uuid, 3::bigint, null::boolean, true, null::bigint), ('bob', null, 1, null, true, null) $$, 'one row a chain');
select set_config('role', 'none', true);

set local session_replication_role = replica;
create function pg_temp.found(tampering text) returns text language plpgsql as $$
declare told text;
begin
  execute tampering;
  select string_agg(format('%s %s', v.username, v.first_bad_seq), ', ' order by v.username) into told from oversight.verify_book('oversight') as v where not v.chain_intact;
  raise exception using errcode = 'TT000', message = coalesce(told, 'nothing');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
select is(pg_temp.found(tampering), found, tampering)
from (values
  ('select 1', 'nothing'),
  ('update oversight.audit_log set actor = ''bob'' where (username, seq) = (''alice'', 2)', 'alice 2'),
  ('delete from oversight.audit_log where (username, seq) = (''alice'', 2)', 'alice 3'),
  ('delete from oversight.audit_log where (username, seq) = (''alice'', 3)', 'alice 3'),
  ('delete from oversight.audit_log where username = ''bob''', 'bob 1'),
  ('delete from oversight.audit_log where username = ''bob''; delete from oversight.audit_heads where username = ''bob''', 'bob 1'),
  ('update oversight.audit_heads set head = sha256(''x'') where username = ''alice''', 'alice 4'),
  ('update oversight.audit_heads set seq = 4 where username = ''alice''', 'alice 4'),
  ('update oversight.audit_log set actor = ''bob'', checksum = oversight.checksum_of(''oversight'', username, null, seq, operation, ''bob'', occurred_at, details, previous_checksum)
    where (username, seq) = (''alice'', 2)', 'alice 3'),
  ('delete from oversight.audit_log where (username, seq) = (''alice'', 3);
    update oversight.audit_heads as h set seq = 2, head = a.checksum from oversight.audit_log as a where (h.username, a.username, a.seq) = (''alice'', ''alice'', 2)', 'alice 3'),
  ('update oversight.audit_log set actor = ''bob'', checksum = oversight.checksum_of(''oversight'', username, null, seq, operation, ''bob'', occurred_at, details, previous_checksum)
    where username = ''bob'';
    update oversight.audit_heads as h set head = a.checksum from oversight.audit_log as a where (h.username, a.username) = (''bob'', ''bob'')', 'bob 1')) as tried (tampering, found);

select finish();
rollback;
