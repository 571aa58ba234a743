-- The log of acts that belong to no portfolio: users, settings, instruments, fees, shared feeds, administration. Of the
-- same shape as the books' logs, but numbered and hash-chained per user.

create table oversight.audit_heads (
  username  text    not null,
  seq       bigint  not null default 0,
  head      bytea,

  constraint audit_heads_pkey         primary key (username),
  constraint audit_heads_seq_counts   check (seq >= 0),
  constraint audit_heads_have_a_head  check ((seq = 0) = (head is null))
);

create table oversight.audit_log (
  username           text         not null,
  seq                bigint       not null,
  operation          text         not null,
  actor              text         not null,
  details            jsonb        not null,
  ip_address         inet         default inet_client_addr(),
  session_id         text         default coalesce(nullif(current_setting('app.session_id', true), ''),
                                                   pg_backend_pid()::text),
  checksum           bytea        not null,
  previous_checksum  bytea,
  occurred_at        timestamptz  not null,

  constraint audit_log_pkey                primary key (username, seq),
  constraint audit_log_head_fkey           foreign key (username) references oversight.audit_heads,
  constraint audit_log_chain_never_forks   unique nulls not distinct (username, previous_checksum),
  constraint audit_log_seq_counts          check (seq > 0),
  constraint audit_log_chain_has_one_start check ((seq = 1) = (previous_checksum is null)),
  constraint audit_log_checksum_is_sha256  check (octet_length(checksum) = 32)
);

comment on table  oversight.audit_heads              is 'The end of each chain of oversight.audit_log; its row is the lock for it.';
comment on column oversight.audit_heads.username     is 'A user, or login:NAME for acts of a login that acts for no user.';
comment on column oversight.audit_heads.seq          is 'The number of its newest row; 0 before the first.';
comment on column oversight.audit_heads.head         is 'The checksum of that row.';
comment on table  oversight.audit_log                is 'Every act outside the portfolios, each chained to its user''s one before it. Facts: never changed.';
comment on column oversight.audit_log.username       is 'Whom it concerns: a user, or login:NAME where it concerns none.';
comment on column oversight.audit_log.actor          is 'Who did it: a user, or a login that acted for none.';
comment on column oversight.audit_log.details        is 'What was done; numbers are strings without trailing zeros. Never a secret.';
comment on column oversight.audit_log.session_id     is 'The setting app.session_id where the application sets one, else the backend''s number.';
comment on column oversight.audit_log.checksum       is 'sha256 of this row and of previous_checksum, see oversight.checksum_of.';
comment on column oversight.audit_log.occurred_at    is 'System time, to the microsecond.';
