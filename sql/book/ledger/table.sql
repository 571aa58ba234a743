-- A ledger entry is money that moved. Entries are facts: never changed, numbered within their portfolio.

create table ledger_entries (
  username       text                not null,
  portfolio_id   uuid                not null,
  seq            bigint              not null,
  kind           text                not null,
  currency       text                not null,
  amount         shared_data.amount  not null,
  execution_seq  bigint,
  note           text,
  occurred_at    timestamptz         not null,
  created_at     timestamptz         not null default now(),
  session        integer             not null,

  constraint ledger_entries_pkey                 primary key (username, portfolio_id, seq),
  constraint ledger_entries_session_fkey         foreign key (username, portfolio_id, session) references sessions,
  constraint ledger_entries_execution_fkey       foreign key (username, portfolio_id, execution_seq)
                                                 references executions,
  constraint ledger_entries_seq_counts           check (seq > 0),
  constraint ledger_entries_kind_is_known        check (kind in ('deposit', 'withdrawal', 'settlement', 'fee',
                                                                 'dividend', 'interest', 'adjustment', 'reset')),
  constraint ledger_entries_trading_has_its_fill check (kind <> 'settlement' or execution_seq is not null),
  constraint ledger_entries_deposits_come_in     check (kind <> 'deposit' or amount > 0),
  constraint ledger_entries_withdrawals_go_out   check (kind <> 'withdrawal' or amount < 0)
);

create index ledger_entries_execution_idx on ledger_entries (username, execution_seq, portfolio_id);

comment on table  ledger_entries               is 'Every movement of money. Facts: never changed.';
comment on column ledger_entries.kind          is 'deposit, withdrawal and reset are flows, which are no returns; the rest is earned or paid.';
comment on column ledger_entries.amount        is 'Into the portfolio above zero, out of it below.';
comment on column ledger_entries.execution_seq is 'The execution that it settles or charges for, where there is one.';
comment on column ledger_entries.session       is 'The paper session that it was booked in.';
comment on column ledger_entries.occurred_at   is 'Business time; created_at is when it was stored.';
