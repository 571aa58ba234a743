-- Who ran which statement of his own, as the Python session tells it. Verbs are in the audit log, and not here.
-- Partitioned by when it was stored.

create table shared_data.data_access_log (
  username          text         not null,
  access_id         uuid         not null default shared_data.uuid7(),
  number            integer      not null,
  mode              text,
  schemas           text[]       not null,
  kind              text         not null,
  statement_sha256  bytea        not null,
  actor             text         not null default session_user,
  ip_address        inet         default inet_client_addr(),
  session_id        text         default coalesce(nullif(current_setting('app.session_id', true), ''),
                                                  pg_backend_pid()::text),
  created_at        timestamptz  not null default now(),

  constraint data_access_log_pkey                primary key (username, access_id, created_at),
  constraint data_access_log_mode_is_known       check (mode in ('paper', 'live')),
  constraint data_access_log_kind_is_a_word      check (kind ~ '^[a-z]{1,30}$'),
  constraint data_access_log_statement_is_hashed check (octet_length(statement_sha256) = 32)
) partition by range (created_at);

create table shared_data.data_access_log_default partition of shared_data.data_access_log default;

create index data_access_log_time_idx on shared_data.data_access_log (username, created_at);

comment on table  shared_data.data_access_log                  is 'Each statement that passed a Python session, but for verbs. Facts: never changed.';
comment on table  shared_data.data_access_log_default          is 'Accesses that no monthly partition takes.';
comment on column shared_data.data_access_log.username         is 'The user that was set; empty where none was.';
comment on column shared_data.data_access_log.number           is 'Its place among what its session told at once, from 1.';
comment on column shared_data.data_access_log.mode             is 'The book that the session was in: paper or live; null outside the books.';
comment on column shared_data.data_access_log.schemas          is 'Ours that the statement names; where it names none, the session''s own.';
comment on column shared_data.data_access_log.kind             is 'What it does, by its first word: select, insert, copy, …; of a with, what comes after it.';
comment on column shared_data.data_access_log.statement_sha256 is 'Of its text as it was written, with its placeholders: no value is in it.';
comment on column shared_data.data_access_log.actor            is 'The login that the session began with.';
comment on column shared_data.data_access_log.created_at       is 'When its transaction began.';
