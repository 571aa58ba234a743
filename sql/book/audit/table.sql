-- The audit log is the event log: every act in a portfolio, numbered and hash-chained under the portfolio's lock.

create table audit_log (
  username           text         not null,
  portfolio_id       uuid         not null,
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

  constraint audit_log_pkey                primary key (username, portfolio_id, seq),
  constraint audit_log_portfolio_fkey      foreign key (username, portfolio_id) references portfolios,
  constraint audit_log_chain_never_forks   unique nulls not distinct (username, previous_checksum, portfolio_id),
  constraint audit_log_seq_counts          check (seq > 0),
  constraint audit_log_chain_has_one_start check ((seq = 1) = (previous_checksum is null)),
  constraint audit_log_checksum_is_sha256  check (octet_length(checksum) = 32)
);

create index audit_log_trade_idx      on audit_log (username, (details ->> 'trade_id')) where details ? 'moves';
create index audit_log_next_trade_idx on audit_log (username, (details ->> 'next_trade_id'))
  where details ? 'next_moves';

comment on table  audit_log                   is 'Every act, in order, each chained to the one before it. Facts: never changed.';
comment on column audit_log.actor             is 'The user, the venue, or the login of an administrator.';
comment on column audit_log.details           is 'What happened, enough to rebuild it; numbers are strings without trailing zeros.';
comment on column audit_log.session_id        is 'The setting app.session_id where the application sets one, else the backend''s number.';
comment on column audit_log.checksum          is 'sha256 of this row and of previous_checksum, see checksum_of.';
comment on column audit_log.occurred_at       is 'System time, to the microsecond.';
