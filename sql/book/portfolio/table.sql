-- A portfolio is one user's separate pot of money and positions. Its row is the lock for everything in it, and holds
-- the numbers that its facts are counted by and the head of its audit chain.

create table portfolios (
  username               text                     not null,
  portfolio_id           uuid                     not null default shared_data.uuid7(),
  name                   shared_data.label        not null,
  base_currency          text                     not null,
  feed_owner             text                     not null default 'market',
  feed                   text                     not null default 'realtime',
  broker                 shared_data.broker       not null default 'none',
  account                text,
  is_active              boolean                  not null default true,
  slippage_percent       shared_data.percent      not null default 0.1,
  fill_delay_ms          shared_data.milliseconds not null default 0,
  max_quote_age          shared_data.age          not null,
  max_history_age        shared_data.age,
  allow_short            boolean                  not null default false,
  allow_mock_prices      boolean                  not null default false,
  short_initial_percent  numeric                  not null default 150,
  short_upkeep_percent   numeric                  not null default 130,
  fee_venue              text,
  seed                   bigint                   not null default 0,
  version                shared_data.version      not null default 1,
  order_seq              bigint                   not null default 0,
  execution_seq          bigint                   not null default 0,
  ledger_seq             bigint                   not null default 0,
  audit_seq              bigint                   not null default 0,
  audit_head             bytea,
  opened_at              timestamptz              not null default now(),
  session                integer                  not null default 1,
  initial_balances       shared_data.json_object  not null default '{}',
  partial_fills          boolean                  not null default false,
  max_participation      shared_data.share        not null default 10,
  touch_fill_percent     shared_data.share        not null default 100,
  action_number          bigint                   not null default 0,

  constraint portfolios_pkey                     primary key (username, portfolio_id),
  constraint portfolios_name_is_the_only         unique (username, name),
  constraint portfolios_user_fkey                foreign key (username) references identity.users,
  constraint portfolios_currency_fkey            foreign key (base_currency) references shared_data.currencies,
  constraint portfolios_feed_fkey                foreign key (feed_owner, feed) references shared_data.feeds,
  constraint portfolios_feed_is_own_or_shared    check (feed_owner in ('market', username)),
  constraint portfolios_account_fkey             foreign key (username, broker, account)
                                                 references identity.broker_accounts,
  constraint portfolios_account_goes_with_broker check ((broker = 'none') = (account is null)),
  constraint portfolios_margin_is_ordered        check (100 <= short_upkeep_percent
                                                        and short_upkeep_percent <= short_initial_percent
                                                        and short_initial_percent < 1000),
  constraint portfolios_audit_has_a_head         check ((audit_seq = 0) = (audit_head is null))
) with (fillfactor = 60);

create index portfolios_currency_idx on portfolios (base_currency);
create index portfolios_account_idx  on portfolios (username, broker, account);
create unique index portfolios_account_is_the_only on portfolios (username, broker, account)
  where account is not null and is_active;
create index portfolios_feed_idx     on portfolios (feed_owner, feed);

comment on table  portfolios                       is 'One user''s separate pots of money and positions.';
comment on column portfolios.base_currency         is 'What its equity is told in.';
comment on column portfolios.feed_owner            is 'market for a shared feed, else the portfolio''s own user.';
comment on column portfolios.feed                  is 'Where its prices and its time come from; chosen for good when it is opened.';
comment on column portfolios.slippage_percent      is 'Against the order, where only a last price is known.';
comment on column portfolios.fill_delay_ms         is 'An order fills only at quotes so much later than it was placed.';
comment on column portfolios.max_quote_age         is 'By the feed''s clock: an older quote is stale and fills no new order.';
comment on column portfolios.max_history_age       is 'How old a stored price may be that stands in for a stale quote; null for never.';
comment on column portfolios.allow_mock_prices     is 'Whether a made-up price may stand in for a missing one, with a WARNING.';
comment on column portfolios.short_initial_percent is 'Of a short''s value, what must be there to sell it, its proceeds included.';
comment on column portfolios.short_upkeep_percent  is 'Of a short''s value, the cash below which nothing may increase: margin call.';
comment on column portfolios.fee_venue             is 'Whose fee rows apply; null for the instrument''s own venue.';
comment on column portfolios.seed                  is 'What chance is a function of, so that a replay fills the same.';
comment on column portfolios.session               is 'The paper session that runs: what is ordered, traded and booked now belongs to it.';
comment on column portfolios.initial_balances      is 'What it opened with, and what a reset brings it back to.';
comment on column portfolios.partial_fills         is 'Whether a quote gives only what its size or volume allows; off, it fills everything.';
comment on column portfolios.max_participation     is 'Percent of a quote''s size or volume that this portfolio can take, with partial fills on.';
comment on column portfolios.touch_fill_percent    is 'How likely a resting limit fills at a quote that only touches it: its place in the queue is unknown.';
comment on column portfolios.action_number         is 'Splits and symbol changes of its feed are applied up to this number.';
comment on column portfolios.version               is 'Counts the user''s own edits, for optimistic locking; trading doesn''t raise it.';
comment on column portfolios.order_seq             is 'Number of its newest order; likewise executions, ledger entries and audit rows.';
comment on column portfolios.audit_head            is 'Checksum of its newest audit row.';
