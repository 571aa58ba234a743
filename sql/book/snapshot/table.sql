-- Snapshots: what a portfolio, its positions and its trades were worth at a moment. Partitioned by when they were
-- taken; kept for 30 days, since daily_summary reckons the past from facts. A moment is a quote's number and an
-- event's: taken twice, it is stored once.

create table portfolio_snapshots (
  username         text                not null,
  portfolio_id     uuid                not null,
  feed_number      bigint              not null,
  event_seq        bigint              not null,
  session          integer             not null,
  base_currency    text                not null,
  cash             shared_data.amount,
  held             shared_data.amount,
  positions_value  shared_data.amount,
  equity           shared_data.amount,
  realized_pnl     shared_data.amount,
  unrealized_pnl   shared_data.amount,
  fees             shared_data.amount,
  unknown          text,
  taken_at         timestamptz         not null,
  created_at       timestamptz         not null default now(),

  constraint portfolio_snapshots_pkey           primary key (username, portfolio_id, feed_number, event_seq,
                                                             created_at),
  constraint portfolio_snapshots_portfolio_fkey foreign key (username, portfolio_id) references portfolios
) partition by range (created_at);

create table position_snapshots (
  username        text                  not null,
  portfolio_id    uuid                  not null,
  symbol          text                  not null,
  strategy        shared_data.strategy  not null,
  feed_number     bigint                not null,
  event_seq       bigint                not null,
  trade_id        book_id               not null,
  quantity        shared_data.amount    not null,
  average_price   numeric               not null,
  currency        text                  not null,
  mark            shared_data.price,
  market_value    shared_data.amount,
  unrealized_pnl  shared_data.amount,
  realized_pnl    shared_data.amount    not null,
  fees            shared_data.amount    not null,
  taken_at        timestamptz           not null,
  created_at      timestamptz           not null default now(),

  constraint position_snapshots_pkey          primary key (username, portfolio_id, symbol, strategy, feed_number,
                                                           event_seq, created_at),
  constraint position_snapshots_position_fkey foreign key (username, portfolio_id, symbol, strategy)
                                              references positions
) partition by range (created_at);

create table price_snapshots (
  username        text                   not null,
  trade_id        book_id                not null,
  feed_number     bigint                 not null,
  event_seq       bigint                 not null,
  price           shared_data.price      not null,
  marked_by       text                   not null,
  marked_at       timestamptz            not null,
  unrealized_pnl  shared_data.amount     not null,
  mfe             shared_data.magnitude  not null,
  mae             shared_data.amount     not null,
  taken_at        timestamptz            not null,
  created_at      timestamptz            not null default now(),

  constraint price_snapshots_pkey       primary key (username, trade_id, feed_number, event_seq, created_at),
  constraint price_snapshots_trade_fkey foreign key (username, trade_id) references trades on delete cascade
) partition by range (created_at);

-- By which remove_snapshots finds what is too old, without reading what isn't.
create index portfolio_snapshots_age_idx on portfolio_snapshots (created_at);
create index position_snapshots_age_idx  on position_snapshots  (created_at);
create index price_snapshots_age_idx     on price_snapshots     (created_at);

create table portfolio_snapshots_default partition of portfolio_snapshots default;
create table position_snapshots_default  partition of position_snapshots  default;
create table price_snapshots_default     partition of price_snapshots     default;

comment on table  portfolio_snapshots             is 'What portfolios were worth at moments, as portfolio_summary told it.';
comment on table  position_snapshots              is 'What positions were worth at moments, as open_positions told it.';
comment on table  price_snapshots                 is 'The marks of open trades at moments, with their excursions until then.';
comment on table  portfolio_snapshots_default     is 'Snapshots that no monthly partition takes.';
comment on table  position_snapshots_default      is 'Snapshots that no monthly partition takes.';
comment on table  price_snapshots_default         is 'Snapshots that no monthly partition takes.';
comment on column portfolio_snapshots.feed_number is 'The newest quote of its feed then.';
comment on column portfolio_snapshots.event_seq   is 'Its newest event then.';
comment on column portfolio_snapshots.unknown     is 'Why figures are null, where they are.';
comment on column portfolio_snapshots.taken_at    is 'Business time, by the feed''s clock; created_at is system time.';
comment on column position_snapshots.trade_id     is 'The trade that it was in.';
comment on column position_snapshots.mark         is 'What it could have been closed at; null where nothing marked it.';
comment on column price_snapshots.price           is 'What it could have been closed at, in the instrument''s currency.';
comment on column price_snapshots.marked_by       is 'bid, ask, last, or other side.';
comment on column price_snapshots.marked_at       is 'The quote''s time.';
