-- A session is a stretch of a portfolio's life: from its opening, or from a reset, to the next. What was ordered,
-- traded and booked belongs to one, and metrics are of one.

create table sessions (
  username      text               not null,
  portfolio_id  uuid               not null,
  number        integer            not null,
  label         shared_data.label,
  started_at    timestamptz        not null,
  ended_at      timestamptz,
  end_reason    text,
  is_reset      boolean            not null default false,
  created_at    timestamptz        not null default now(),

  constraint sessions_pkey           primary key (username, portfolio_id, number),
  constraint sessions_portfolio_fkey foreign key (username, portfolio_id) references portfolios,
  constraint sessions_number_counts  check (number > 0),
  constraint sessions_end_has_a_why  check ((ended_at is null) = (end_reason is null))
);

create unique index sessions_one_runs on sessions (username, portfolio_id) where ended_at is null;

comment on table  sessions            is 'Stretches of a portfolio''s life, between which it was reset or begun anew.';
comment on column sessions.number     is 'From 1, within the portfolio.';
comment on column sessions.label      is 'What its user calls it, if anything.';
comment on column sessions.started_at is 'By the feed''s clock, the real one while the feed is empty; created_at is system time.';
comment on column sessions.ended_at   is 'Null for the one that runs.';
comment on column sessions.end_reason is 'reset, or why its user began a new one.';
comment on column sessions.is_reset   is 'It began with the portfolio''s first money again.';
