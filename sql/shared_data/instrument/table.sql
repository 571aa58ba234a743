-- An instrument is what can be traded, or what a price can be known of. Its terms don't change.

create table shared_data.instruments (
  symbol         text                 not null,
  name           text,
  asset_class    text                 not null,
  currency       text                 not null,
  base_currency  text,
  tick           shared_data.price    not null,
  lot            shared_data.quantity not null,
  multiplier     shared_data.quantity not null default 1,
  closes_at      time                 not null,
  timezone       text                 not null,
  trading_days   smallint[]           not null,
  stop_trigger   text                 not null default 'last',
  is_shortable   boolean              not null default true,
  venue          text                 not null default '',
  created_at     timestamptz          not null default now(),
  underlying     text,
  option_type    text,
  strike         shared_data.price,
  expiry         date,

  constraint instruments_pkey                   primary key (symbol),
  constraint instruments_currency_fkey          foreign key (currency) references shared_data.currencies,
  constraint instruments_base_currency_fkey     foreign key (base_currency) references shared_data.currencies,
  constraint instruments_underlying_fkey        foreign key (underlying) references shared_data.instruments,
  constraint instruments_symbol_is_one_word     check (symbol ~ '^[^[:space:]]{1,32}$'),
  constraint instruments_asset_class_is_known   check (asset_class in ('equity', 'etf', 'crypto', 'currency',
                                                                       'option', 'index')),
  constraint instruments_base_goes_with_spot    check ((asset_class in ('crypto', 'currency'))
                                                       = (base_currency is not null)),
  constraint instruments_options_say_on_what    check (num_nonnulls(underlying, option_type, strike, expiry)
                                                       = case asset_class when 'option' then 4 else 0 end),
  constraint instruments_option_type_is_known   check (option_type in ('call', 'put')),
  constraint instruments_trading_days_are_known check (trading_days <@ array[1,2,3,4,5,6,7]::smallint[]
                                                       and trading_days <> '{}'),
  constraint instruments_stop_trigger_is_known  check (stop_trigger in ('last', 'quote'))
);

create index instruments_currency_idx on shared_data.instruments (currency);
create index instruments_pair_idx     on shared_data.instruments (base_currency, currency)
  where base_currency is not null;
create index instruments_base_idx     on shared_data.instruments (base_currency);
create index instruments_expiring_idx on shared_data.instruments (underlying, expiry) where underlying is not null;

comment on table  shared_data.instruments               is 'What can be traded. Terms are final.';
comment on column shared_data.instruments.base_currency is 'Of a pair: one unit of this costs the price in currency. Null for what isn''t spot.';
comment on column shared_data.instruments.tick          is 'Order prices are multiples of it.';
comment on column shared_data.instruments.lot           is 'Order quantities are multiples of it.';
comment on column shared_data.instruments.multiplier    is 'Units of the underlying in one: value = quantity x price x multiplier.';
comment on column shared_data.instruments.closes_at     is 'When the trading day ends, in timezone: DAY orders expire then.';
comment on column shared_data.instruments.trading_days  is 'Days of the week with a close, 1 for Monday to 7.';
comment on column shared_data.instruments.stop_trigger  is 'last: stops trigger on the last price; quote: on bid or ask.';
comment on column shared_data.instruments.venue         is 'Whose fee rows apply where a portfolio doesn''t name its own.';
