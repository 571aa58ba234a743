-- What a user sets for himself: how he trades on paper, and the limits he puts on himself in either book.

create table identity.settings (
  username              text                     not null,
  initial_balances      shared_data.json_object,
  slippage_percent      shared_data.percent      not null default 0.1,
  fill_delay_ms         shared_data.milliseconds not null default 0,
  max_quote_age         shared_data.age,
  max_history_age       shared_data.age,
  allow_short           boolean                  not null default false,
  allow_mock_prices     boolean                  not null default false,
  require_stop_loss     boolean                  not null default false,
  version               shared_data.version      not null default 1,
  updated_at            timestamptz              not null default now(),
  partial_fills         boolean                  not null default false,
  max_participation     shared_data.share        not null default 10,

  constraint settings_pkey                           primary key (username),
  constraint settings_user_fkey                      foreign key (username) references identity.users
);

comment on table  identity.settings                   is 'A user''s own settings: defaults for new portfolios, rules for himself.';
comment on column identity.settings.initial_balances  is 'What a new portfolio opens with, by currency; null for the currency''s preset.';
comment on column identity.settings.slippage_percent  is 'Default of new portfolios: against the order, where only a last price is known.';
comment on column identity.settings.max_quote_age     is 'Default of new portfolios; null for 60 s on shared feeds and a day on one''s own.';
comment on column identity.settings.max_history_age   is 'Default of new portfolios: how old a stored price may be that stands in for a quote; null for never.';
comment on column identity.settings.allow_mock_prices is 'Default of new portfolios: whether a made-up price may stand in for a missing one.';
comment on column identity.settings.partial_fills     is 'Default of new portfolios: whether a quote gives only what its size allows.';
comment on column identity.settings.max_participation is 'Default of new portfolios: percent of a quote''s size or volume that it gives.';
comment on column identity.settings.require_stop_loss is 'Refuse orders that increase exposure without a stop loss, in both books.';
comment on column identity.settings.version           is 'Counts the user''s own edits, for optimistic locking.';

create table identity.risk_limits (
  username           text                not null,
  currency           text                not null,
  max_order_value    shared_data.amount,
  max_position_value shared_data.amount,
  max_daily_loss     shared_data.amount,
  version            shared_data.version not null default 1,
  updated_at         timestamptz         not null default now(),

  constraint risk_limits_pkey                 primary key (username, currency),
  constraint risk_limits_user_fkey            foreign key (username) references identity.users,
  constraint risk_limits_currency_fkey        foreign key (currency) references shared_data.currencies,
  constraint risk_limits_are_above_zero       check (least(max_order_value, max_position_value, max_daily_loss) > 0)
);

create index risk_limits_currency_idx on identity.risk_limits (currency);

comment on table  identity.risk_limits                    is 'A user''s limits, per currency of the instrument. They refuse only what increases exposure.';
comment on column identity.risk_limits.max_order_value    is 'The most that one order may add to a position; null for no limit.';
comment on column identity.risk_limits.max_position_value is 'The most that one position may be worth, long or short; null for no limit.';
comment on column identity.risk_limits.max_daily_loss     is 'Realized loss after fees, per portfolio and UTC day of its feed, past which nothing may increase; null for no limit.';
