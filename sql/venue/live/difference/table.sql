-- Where a live portfolio and its broker's account disagree. A row stays open until they agree again, or its user
-- accepts what the broker says.

create table reconciliation_differences (
  username       text                not null,
  difference_id  uuid                not null default shared_data.uuid7(),
  portfolio_id   uuid                not null,
  kind           text                not null,
  key            text                not null,
  in_book        shared_data.amount  not null,
  at_broker      shared_data.amount  not null,
  severity       text                not null,
  state          text                not null default 'OPEN',
  times_seen     integer             not null default 1,
  first_seen_at  timestamptz         not null default now(),
  last_seen_at   timestamptz         not null default now(),
  closed_at      timestamptz,
  reason         text,

  constraint reconciliation_differences_pkey              primary key (username, difference_id),
  constraint reconciliation_differences_portfolio_fkey    foreign key (username, portfolio_id) references portfolios,
  constraint reconciliation_differences_kind_is_known     check (kind in ('cash', 'position', 'order')),
  constraint reconciliation_differences_severity_is_known check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint reconciliation_differences_state_is_known    check (state in ('OPEN', 'AGREED', 'ACCEPTED')),
  constraint reconciliation_differences_end_is_dated      check ((state = 'OPEN') = (closed_at is null)),
  constraint reconciliation_differences_accepted_say_why  check ((state = 'ACCEPTED') = (reason is not null)),
  constraint reconciliation_differences_are_seen          check (times_seen > 0)
);

create unique index reconciliation_differences_open_once
  on reconciliation_differences (username, portfolio_id, kind, key)
  where state = 'OPEN';
create index reconciliation_differences_portfolio_idx
  on reconciliation_differences (username, portfolio_id, last_seen_at);

comment on table  reconciliation_differences            is 'Where live portfolios and their broker''s accounts disagree.';
comment on column reconciliation_differences.kind       is 'cash: an amount of a currency; position: a symbol''s quantity; order: an open order of nobody''s here.';
comment on column reconciliation_differences.key        is 'The currency, the symbol, or the broker''s order id.';
comment on column reconciliation_differences.in_book    is 'What the book has.';
comment on column reconciliation_differences.at_broker  is 'What the broker told.';
comment on column reconciliation_differences.severity   is 'HIGH and CRITICAL halt what increases the portfolio''s exposure, once seen twice.';
comment on column reconciliation_differences.state      is 'OPEN; AGREED: they agree again; ACCEPTED: its user booked what the broker says.';
comment on column reconciliation_differences.times_seen is 'In how many syncs in a row; one alone may be a fill that was on its way.';
comment on column reconciliation_differences.reason     is 'Why it was accepted, in its user''s words.';
