-- sql/shared_data/schema.sql
-- The schemas, all the owner's. Functions are closed to PUBLIC from the first one on.
reset role;

create schema identity      authorization twinbook_owner;
create schema shared_data   authorization twinbook_owner;
create schema paper_trading authorization twinbook_owner;
create schema live_trading  authorization twinbook_owner;
create schema oversight     authorization twinbook_owner;

set local role twinbook_engine;
alter default privileges revoke execute on functions from public;

set local role twinbook_owner;
alter default privileges revoke execute on functions from public;

comment on schema identity      is 'Who is asking: users, their settings and their trading mode.';
comment on schema shared_data   is 'What both books share: instruments, fees, feeds, quotes and price history.';
comment on schema paper_trading is 'The paper book: simulated money on a simulated exchange.';
comment on schema live_trading  is 'The live book: real money, orders for a broker.';
comment on schema oversight     is 'Proof that the books are whole and apart.';

grant usage on schema identity, shared_data
  to twinbook_engine, twinbook_paper, twinbook_live, twinbook_market_data, twinbook_broker, twinbook_admin,
     twinbook_auditor, twinbook_backup;
grant usage on schema identity      to twinbook_login;
grant usage on schema paper_trading to twinbook_engine, twinbook_paper, twinbook_auditor, twinbook_backup;
grant usage on schema live_trading  to twinbook_engine, twinbook_live, twinbook_broker, twinbook_auditor,
                                        twinbook_backup;
grant usage on schema oversight     to twinbook_engine, twinbook_paper, twinbook_live, twinbook_admin, twinbook_auditor,
                                        twinbook_backup;
grant create on schema identity, shared_data, paper_trading, live_trading, oversight to twinbook_engine;

-- sql/shared_data/types.sql
-- What tables are made with. Shape, not code: defaults and checks call it.

create domain shared_data.price as numeric
  constraint price_is_positive check (value > 0 and value < 'Infinity');

create domain shared_data.quantity as numeric
  constraint quantity_is_positive check (value > 0 and value < 'Infinity');

create domain shared_data.amount as numeric
  constraint amount_is_finite check (value > '-Infinity' and value < 'Infinity');

comment on domain shared_data.price    is 'What one unit costs, in the instrument''s currency.';
comment on domain shared_data.quantity is 'How many units, above zero; the side says which way.';
comment on domain shared_data.amount   is 'A signed sum: of money, or of units where a position may be short.';

-- NaN sorts above Infinity, so the checks against Infinity refuse it too.

create domain shared_data.magnitude as numeric
  constraint magnitude_is_not_negative check (value >= 0 and value < 'Infinity');

create domain shared_data.percent as numeric
  constraint percent_is_a_part check (value >= 0 and value < 100);

create domain shared_data.share as numeric
  constraint share_is_a_part check (value >= 0 and value <= 100);

create domain shared_data.age as interval
  constraint age_is_a_time check (value > interval '0' and value <= interval '1000 years');

create domain shared_data.milliseconds as integer
  constraint milliseconds_are_a_time check (value >= 0);

create domain shared_data.version as integer
  constraint version_counts check (value > 0);

create domain shared_data.json_object as jsonb
  constraint json_object_is_one check (jsonb_typeof(value) = 'object');

create domain shared_data.label as text
  constraint label_is_short check (value ~ '^[^[:space:]](.{0,61}[^[:space:]])?$');

create domain shared_data.strategy as text
  constraint strategy_is_short check (length(value) <= 100);

create domain shared_data.idempotency_key as text
  constraint idempotency_key_is_short check (length(value) between 1 and 200);

-- The field's words. As domains they are checked where they are written, and not again with each change of their row.
create domain shared_data.side as text
  constraint side_is_known check (value in ('buy', 'sell'));

create domain shared_data.order_type as text
  constraint order_type_is_known check (value in ('market', 'limit', 'stop', 'stop_limit'));

create domain shared_data.time_in_force as text
  constraint time_in_force_is_known check (value in ('DAY', 'GTC', 'IOC', 'FOK'));

create domain shared_data.order_status as text
  constraint order_status_is_known
    check (value in ('PENDING', 'OPEN', 'PARTIALLY_FILLED', 'FILLED', 'REJECTED', 'CANCELED', 'EXPIRED'));

create domain shared_data.order_purpose as text
  constraint order_purpose_is_known check (value in ('trade', 'close', 'stop_loss', 'take_profit'));

create domain shared_data.trade_status as text
  constraint trade_status_is_known
    check (value in ('PENDING', 'PARTIALLY_FILLED', 'OPEN', 'CLOSING', 'CLOSED', 'EXPIRED', 'CANCELED'));

create domain shared_data.direction as text
  constraint direction_is_known check (value in ('long', 'short'));

create domain shared_data.pending_action as text
  constraint pending_action_is_known check (value in ('none', 'cancel', 'replace'));

create domain shared_data.works_as as text
  constraint works_as_is_known check (value in ('market', 'limit', 'stop'));

create domain shared_data.order_origin as text
  constraint order_origin_is_known check (value in ('user', 'external'));

create domain shared_data.liquidity as text
  constraint liquidity_is_known check (value in ('maker', 'taker'));

create domain shared_data.price_source as text
  constraint price_source_is_known check (value in ('quote', 'history', 'mock', 'mark', 'settlement', 'broker'));

create domain shared_data.broker as text
  constraint broker_is_a_name check (value ~ '^[a-z][a-z0-9_-]{0,30}$');

comment on domain shared_data.magnitude      is 'A sum of money or units: nothing, or more.';
comment on domain shared_data.percent        is 'A percentage, from 0 to below 100.';
comment on domain shared_data.share          is 'A percentage, from 0 to 100.';
comment on domain shared_data.age            is 'How old something may be.';
comment on domain shared_data.milliseconds   is 'A time in milliseconds, 0 for none.';
comment on domain shared_data.version        is 'Counts its user''s own edits, from 1, for optimistic locking.';
comment on domain shared_data.label          is 'What a user calls a thing of his: 1 to 63 characters.';
comment on domain shared_data.strategy       is 'A label by which positions are kept apart: up to 100 characters.';
comment on domain shared_data.idempotency_key is 'What a client knows a request by: 1 to 200 characters.';
comment on domain shared_data.json_object    is 'jsonb that is an object.';
comment on domain shared_data.side           is 'buy or sell.';
comment on domain shared_data.order_type     is 'market, limit, stop or stop_limit.';
comment on domain shared_data.time_in_force  is 'DAY: until its instrument''s close; GTC: until canceled; IOC: what fills at once; FOK: all at once or nothing.';
comment on domain shared_data.order_status   is 'PENDING, OPEN, PARTIALLY_FILLED; ended: FILLED, REJECTED, CANCELED, EXPIRED.';
comment on domain shared_data.order_purpose  is 'trade: its user''s own; close: ends a trade; stop_loss, take_profit: a trade''s exits. All but trade only reduce.';
comment on domain shared_data.trade_status   is 'PENDING, PARTIALLY_FILLED, OPEN, CLOSING; ended: CLOSED, EXPIRED, CANCELED.';
comment on domain shared_data.direction      is 'long or short.';
comment on domain shared_data.pending_action is 'none, cancel or replace: what the broker has yet to confirm.';
comment on domain shared_data.works_as       is 'What an order waits as: market, limit or stop.';
comment on domain shared_data.order_origin   is 'user, or external: seen at the broker first.';
comment on domain shared_data.liquidity      is 'maker: it rested; taker: it met what rested.';
comment on domain shared_data.price_source   is 'Where a price came from: quote, history, mock, mark (a reset''s, an opening''s), settlement (at expiry), or broker.';
comment on domain shared_data.broker         is 'A broker''s name, such as tradier, alpaca, kraken; none for no broker.';

create type shared_data.quote as (
  symbol     text,
  bid        numeric,
  ask        numeric,
  last       numeric,
  volume     numeric,
  quoted_at  timestamptz,
  bid_size   numeric,
  ask_size   numeric
);
comment on type shared_data.quote is
  'One quote as it arrives. Sizes and the volume since the previous quote may be null: unlimited.';

create type shared_data.bar as (
  symbol     text,
  open       numeric,
  high       numeric,
  low        numeric,
  close      numeric,
  volume     numeric,
  closed_at  timestamptz
);
comment on type shared_data.bar is 'One bar of price history. Kept for reading; it moves no price and fills no order.';

create type shared_data.market as (
  symbol           text,
  asset_class      text,
  currency         text,
  decimals         integer,
  tick             numeric,
  lot              numeric,
  multiplier       numeric,
  is_shortable     boolean,
  stop_trigger     text,
  fee_venue        text,
  has_fees         boolean,
  feed_clock       timestamptz,
  newest_number    bigint,
  fills_next       boolean,
  source           text,
  number           bigint,
  bid              numeric,
  ask              numeric,
  last             numeric,
  volume           numeric,
  bid_size         numeric,
  ask_size         numeric,
  quoted_at        timestamptz,
  base_currency    text,
  underlying       text,
  option_type      text,
  strike           numeric,
  expires_at       timestamptz,
  base_decimals    integer
);
comment on type shared_data.market is
  'An instrument, its feed''s time and the price to work with, as one portfolio sees them; '
  'source null where no price is fit.';

create type shared_data.standing as (
  user_status         text,
  require_stop_loss   boolean,
  max_order_value     numeric,
  max_position_value  numeric,
  max_daily_loss      numeric,
  execution_seq       bigint,
  ledger_seq          bigint,
  audit_seq           bigint,
  audit_head          bytea,
  multiplier          numeric,
  cash                numeric,
  free                numeric,
  has_balance         boolean,
  quantity            numeric,
  cost                numeric,
  trade_id            text,
  has_position        boolean,
  has_shorts          boolean,
  taken               numeric,
  is_shared           boolean,
  base_cash           numeric,
  base_free           numeric,
  trade_status        text,
  pending_trade_id    text,
  extremes_number     bigint,
  stop_loss           numeric
);
comment on type shared_data.standing is
  'Where a portfolio stands as an order sees it: its user and his limits, its numbers, its money and its position.';

-- A UUIDv7: milliseconds, then chance, so that new keys land at the end of an index. Core only from Postgres 18.
create function shared_data.uuid7() returns uuid
  language sql volatile parallel safe
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(pg_catalog.gen_random_uuid()),
              substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3),
              1, 6),
      52, 1), 53, 1),
    'hex')::uuid;

comment on function shared_data.uuid7 is 'A new UUIDv7, ordered by the millisecond.';
grant execute on function shared_data.uuid7 to twinbook_engine;

-- sql/shared_data/currency/table.sql
-- A currency knows its smallest unit, and what a paper portfolio opens with when nobody says.

create table shared_data.currencies (
  currency        text               not null,
  decimals        smallint           not null,
  initial_balance shared_data.amount,

  constraint currencies_pkey                 primary key (currency),
  constraint currencies_code_is_upper_case   check (currency ~ '^[A-Z][A-Z0-9]{1,9}$'),
  constraint currencies_decimals_are_few     check (decimals between 0 and 18)
);

comment on table  shared_data.currencies                 is 'Currencies, with their smallest unit.';
comment on column shared_data.currencies.decimals        is 'Digits after the point; fees are rounded up to it.';
comment on column shared_data.currencies.initial_balance is 'The preset that a paper portfolio in it opens with.';

-- sql/identity/choice/table.sql
-- Which identity is installed: whether the setting app.current_user is believed as it stands, or has to prove itself.

create table identity.chosen_identity (
  is_the_only  boolean      not null default true,
  kind         text         not null default 'trusted',
  chosen_at    timestamptz  not null default now(),

  constraint chosen_identity_pkey          primary key (is_the_only),
  constraint chosen_identity_is_the_only   check (is_the_only),
  constraint chosen_identity_kind_is_known check (kind in ('trusted', 'signed'))
);

comment on table  identity.chosen_identity           is 'Which identity is installed: one row.';
comment on column identity.chosen_identity.kind      is 'trusted: app.current_user is a username, and believed; signed: it is a token.';
comment on column identity.chosen_identity.chosen_at is 'When the installer last changed his mind.';

-- sql/identity/signing_key/table.sql
-- What tokens are signed with. Keys turn: one signs, older ones verify until they retire.

create table identity.signing_keys (
  key_id      text         not null,
  inner_pad   bytea,
  outer_pad   bytea,
  created_at  timestamptz  not null default now(),
  retires_at  timestamptz,

  constraint signing_keys_pkey               primary key (key_id),
  constraint signing_keys_id_is_a_number     check (key_id ~ '^[1-9][0-9]*$'),
  constraint signing_keys_pads_are_blocks    check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64),
  constraint signing_keys_lose_both_pads     check ((inner_pad is null) = (outer_pad is null)),
  constraint signing_keys_in_use_are_there   check (inner_pad is not null or retires_at is not null)
);

create unique index signing_keys_one_signs on identity.signing_keys ((retires_at is null)) where retires_at is null;

comment on table  identity.signing_keys            is 'Secret: keys of the signed identity''s tokens.';
comment on column identity.signing_keys.key_id     is 'A number, counted from 1; tokens name it.';
comment on column identity.signing_keys.inner_pad  is 'The key, each octet xor 0x36, padded to a block of SHA-256 (RFC 2104); erased some time after it retires.';
comment on column identity.signing_keys.outer_pad  is 'The key, each octet xor 0x5c, padded likewise.';
comment on column identity.signing_keys.retires_at is 'From when it verifies nothing; null for the one that signs.';

-- sql/identity/user/table.sql
-- A user is a person who trades, or who administers. The directory of users is the one thing unique across all of them.

create table identity.users (
  username         text        not null,
  email            text,
  role             text        not null default 'USER',
  status           text        not null default 'PENDING_VERIFICATION',
  password_hash    text,
  metadata         bytea,
  version          shared_data.version not null default 1,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  closed_at        timestamptz,

  constraint users_pkey                     primary key (username),
  constraint users_username_is_a_plain_word check (username ~ '^[a-z][a-z0-9_.-]{0,62}$'),
  constraint users_venue_is_nobody          check (username <> 'venue'),
  constraint users_email_looks_like_one     check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  constraint users_role_is_known            check (role in ('USER', 'ADMIN', 'SUPERADMIN')),
  constraint users_status_is_known          check (status in ('PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'CLOSED')),
  constraint users_password_is_hashed       check (password_hash ~ '^\$(argon2(id|i|d)|2[aby])\$'),
  constraint users_closing_is_dated         check ((status = 'CLOSED') = (closed_at is not null))
);

create unique index users_email_is_the_only on identity.users (lower(email));

comment on table  identity.users               is 'People who trade or administer. Closed, never deleted.';
comment on column identity.users.username      is 'The tenant key: lower case, immutable, first in every key of a user''s data. market and venue are nobody''s.';
comment on column identity.users.email         is 'The only personal datum kept in clear.';
comment on column identity.users.password_hash is 'argon2 or bcrypt, made by the client; never a password.';
comment on column identity.users.metadata      is 'Encrypted by the client before it comes here.';
comment on column identity.users.version       is 'Counts edits, for optimistic locking.';

-- sql/identity/settings/table.sql
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

-- sql/identity/mode/table.sql
-- The book that a user means to trade in. Paper, until more than one yes says otherwise.

create table identity.modes (
  username          text         not null,
  active_mode       text         not null default 'paper',
  last_mode_change  timestamptz,
  is_live_allowed   boolean      not null default false,

  constraint modes_pkey          primary key (username),
  constraint modes_user_fkey     foreign key (username) references identity.users,
  constraint modes_mode_is_known check (active_mode in ('paper', 'live'))
);

comment on table  identity.modes                  is 'Each user''s trading mode: paper by default, always.';
comment on column identity.modes.last_mode_change is 'Null while the user has never switched.';
comment on column identity.modes.is_live_allowed  is 'The administrator''s yes: whether this user may switch to live and increase exposure there.';

-- sql/identity/mode/types.sql
-- What switching answers. A refusal is a row, so that its audit row stays.
create type identity.switched as (
  active_mode     text,
  is_switched     boolean,
  code            text,
  reason          text,
  hint            text,
  open_orders     bigint,
  open_positions  bigint
);
comment on type identity.switched is
  'What became of switching the mode: the mode now, why it wasn''t switched (TB403, TB428), and what is open live.';

-- sql/identity/broker_account/table.sql
-- A user's account at a broker: how to reach it, what it last told, and which worker has it now.

create table identity.broker_accounts (
  username           text                     not null,
  broker             shared_data.broker       not null,
  account            text                     not null,
  environment        text                     not null,
  address            text,
  credentials        text                     not null,
  is_active          boolean                  not null default true,
  version            shared_data.version      not null default 1,
  created_at         timestamptz              not null default now(),
  updated_at         timestamptz              not null default now(),
  cash               shared_data.json_object,
  holdings           shared_data.json_object,
  equity             numeric,
  equity_currency    text,
  synced_at          timestamptz,
  fills_until        timestamptz,
  last_error         text,
  nonce              bigint                   not null default 0,
  leased_by          text,
  leased_until       timestamptz,
  choices            shared_data.json_object  not null default '{}',
  counters           shared_data.json_object  not null default '{}',

  constraint broker_accounts_pkey                 primary key (username, broker, account),
  constraint broker_accounts_user_fkey            foreign key (username) references identity.users,
  constraint broker_accounts_broker_is_one        check (broker <> 'none'),
  constraint broker_accounts_account_is_short     check (account ~ '^[[:graph:]]{1,64}$'),
  constraint broker_accounts_environment_is_known check (environment in ('sandbox', 'production')),
  constraint broker_accounts_are_encrypted        check (credentials ~ '^gAAAAA'),
  constraint broker_accounts_address_is_one       check (address ~ '^https?://[[:graph:]]+$'),
  constraint broker_accounts_nonce_rises          check (nonce >= 0),
  constraint broker_accounts_lease_has_an_end     check ((leased_by is null) = (leased_until is null))
);

comment on table  identity.broker_accounts              is 'Users'' accounts at brokers: how to reach them, what they last told, which worker has them.';
comment on column identity.broker_accounts.environment  is 'sandbox or production: where the credentials are valid.';
comment on column identity.broker_accounts.address      is 'Another server than the broker''s own, such as a stand-in of it; null for its own.';
comment on column identity.broker_accounts.credentials  is 'A Fernet token, encrypted by the client; never clear text.';
comment on column identity.broker_accounts.version      is 'Counts the user''s own edits, for optimistic locking.';
comment on column identity.broker_accounts.cash         is 'As last told, by currency: {"USD": {"amount": "9.50", "buying_power": "19"}}; null before the first sync.';
comment on column identity.broker_accounts.holdings     is 'As last told, by symbol of ours: {"AAPL": {"quantity": "-5", "cost": "-900"}}; short below zero.';
comment on column identity.broker_accounts.synced_at    is 'When cash and holdings were read.';
comment on column identity.broker_accounts.fills_until  is 'Orders and fills are read up to here; the next reading begins somewhat before.';
comment on column identity.broker_accounts.last_error   is 'What the last sync failed of; null after one that succeeded.';
comment on column identity.broker_accounts.choices      is 'What its broker lets one choose, such as {"tier": "pro"}; what isn''t chosen is the safest.';
comment on column identity.broker_accounts.nonce        is 'The last number that a request of its key carried.';
comment on column identity.broker_accounts.counters     is 'What is used of its rate limits, by name: moments and amounts; the next worker goes on from it.';
comment on column identity.broker_accounts.leased_by    is 'The worker that has it; nobody else talks to the broker for it until leased_until.';

-- sql/oversight/live_switch/table.sql
-- Whether live trading is halted, for everybody: one row.

create table oversight.live_switch (
  the_only        boolean      not null default true,
  halted_at       timestamptz,
  halted_because  text,
  halted_by       text,

  constraint live_switch_pkey            primary key (the_only),
  constraint live_switch_is_the_only     check (the_only),
  constraint live_switch_halts_say_why   check ((halted_at is null) = (halted_because is null)
                                                and (halted_at is null) = (halted_by is null))
);

comment on table  oversight.live_switch                is 'Whether live trading is halted, for everybody: one row.';
comment on column oversight.live_switch.halted_at      is 'Since when nothing may increase live exposure; null while it may.';
comment on column oversight.live_switch.halted_because is 'Why, in words for every user.';
comment on column oversight.live_switch.halted_by      is 'The administrator, or the monitor''s login.';

-- sql/shared_data/instrument/table.sql
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

-- sql/shared_data/fee/table.sql
-- A fee row is one component of what a venue charges, from a day on. No row that matches, no fee.

create table shared_data.fees (
  venue           text               not null,
  asset_class     text               not null,
  component       text               not null,
  side            text               not null default 'both',
  liquidity       text               not null default 'both',
  effective_from  timestamptz        not null default '2000-01-01 00:00+00',
  basis           text               not null,
  rate            shared_data.amount not null,
  minimum         shared_data.amount,
  maximum         shared_data.amount,
  decimals        smallint,
  source          text               not null,
  is_verified     boolean            not null default false,
  created_at      timestamptz        not null default now(),
  charged_in      text               not null default 'currency',

  constraint fees_pkey                primary key (venue, asset_class, component, side, liquidity, effective_from),
  constraint fees_side_is_known       check (side in ('buy', 'sell', 'both')),
  constraint fees_liquidity_is_known  check (liquidity in ('maker', 'taker', 'both')),
  constraint fees_charged_in_is_known check (charged_in in ('currency', 'credited')),
  constraint fees_basis_is_known      check (basis in ('order', 'unit', 'percent')),
  constraint fees_rate_is_no_rebate   check (rate >= 0),
  constraint fees_bounds_are_ordered  check (minimum >= 0 and maximum >= coalesce(minimum, 0)),
  constraint fees_decimals_are_few    check (decimals between 0 and 18),
  constraint fees_credited_are_a_part check (charged_in = 'currency' or (basis = 'percent' and rate < 100
                                             and num_nonnulls(minimum, maximum) = 0))
);

comment on table  shared_data.fees                is 'What venues charge, component by component, from a day on.';
comment on column shared_data.fees.basis          is 'order: rate a fill; unit: rate a share or contract; percent: rate percent of the value.';
comment on column shared_data.fees.decimals       is 'Rounded up to so many digits; null for the currency''s own.';
comment on column shared_data.fees.source         is 'Where the rate was read.';
comment on column shared_data.fees.charged_in     is 'currency: the instrument''s; credited: what the fill brings in, of spot bought its base currency.';
comment on column shared_data.fees.is_verified    is 'Whether somebody has checked the rate against the venue''s own word.';

-- sql/shared_data/feed/table.sql
-- A feed is a source of quotes and of time. Its row is the lock under which quotes are numbered.

create table shared_data.feeds (
  username       text         not null,
  name           text         not null,
  is_realtime    boolean      not null default false,
  fills_on       text         not null default 'this quote',
  newest_number  bigint       not null default 0,
  newest_at      timestamptz,
  late_quotes    bigint       not null default 0,
  created_at     timestamptz  not null default now(),

  constraint feeds_pkey                  primary key (username, name),
  constraint feeds_user_fkey             foreign key (username) references identity.users,
  constraint feeds_name_is_a_plain_word  check (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
  constraint feeds_fills_on_is_known     check (fills_on in ('this quote', 'next quote')),
  constraint feeds_real_time_is_shared   check (not is_realtime or username = 'market')
);

comment on table  shared_data.feeds               is 'Sources of quotes and of time: the market''s are shared, all others their user''s own.';
comment on column shared_data.feeds.is_realtime   is 'Its clock is the real one; otherwise the time of its newest quote.';
comment on column shared_data.feeds.fills_on      is 'next quote: an order never fills on the quote that it was decided on, as a backtest on bars must.';
comment on column shared_data.feeds.newest_number is 'Quotes are numbered from 1, without gaps.';
comment on column shared_data.feeds.newest_at     is 'Time of the newest quote; null while empty.';
comment on column shared_data.feeds.late_quotes   is 'Quotes that came older than their symbol''s newest: kept as history, moving nothing.';

-- sql/shared_data/quote/table.sql
-- The latest quote of each symbol on each feed. It only moves forward.

create table shared_data.quotes (
  username     text               not null,
  feed         text               not null,
  symbol       text               not null,
  number       bigint             not null,
  bid          shared_data.price,
  ask          shared_data.price,
  last         shared_data.price,
  volume       shared_data.amount,
  bid_size     shared_data.amount,
  ask_size     shared_data.amount,
  quoted_at    timestamptz        not null,
  received_at  timestamptz        not null default now(),

  constraint quotes_pkey           primary key (username, feed, symbol),
  constraint quotes_feed_fkey      foreign key (username, feed) references shared_data.feeds,
  constraint quotes_symbol_fkey    foreign key (symbol) references shared_data.instruments,
  constraint quotes_say_something  check (coalesce(bid, ask, last) is not null)
) with (fillfactor = 50);

create index quotes_symbol_idx on shared_data.quotes (symbol);

comment on table  shared_data.quotes        is 'The latest quote per feed and symbol.';
comment on column shared_data.quotes.number is 'Its number within the feed.';
comment on column shared_data.quotes.volume is 'Traded since the previous quote; null for unknown, which counts as unlimited.';

-- sql/shared_data/market_data/table.sql
-- Price history: every quote as it came, and bars that were loaded. Partitioned by when it was stored.

create table shared_data.market_data (
  username    text               not null,
  feed        text               not null,
  number      bigint             not null,
  kind        text               not null,
  symbol      text               not null,
  open        shared_data.price,
  high        shared_data.price,
  low         shared_data.price,
  bid         shared_data.price,
  ask         shared_data.price,
  last        shared_data.price,
  volume      shared_data.amount,
  bid_size    shared_data.amount,
  ask_size    shared_data.amount,
  quoted_at   timestamptz        not null,
  created_at  timestamptz        not null default now(),
  feed_time   timestamptz,

  constraint market_data_pkey          primary key (username, feed, number, created_at),
  constraint market_data_kind_is_known check (kind in ('quote', 'late', 'bar')),
  constraint market_data_quotes_have_a_feed_time check ((kind = 'bar') = (feed_time is null)
                                                               and feed_time >= quoted_at)
) partition by range (created_at);

create table shared_data.market_data_default partition of shared_data.market_data default;

create index market_data_matching_idx on shared_data.market_data (username, feed, symbol, number);
create index market_data_latest_idx   on shared_data.market_data (username, feed, symbol, quoted_at);

comment on table  shared_data.market_data           is 'Price history: quotes as they came, and loaded bars.';
comment on table  shared_data.market_data_default   is 'History that no monthly partition takes.';
comment on column shared_data.market_data.number    is 'Its number within the feed.';
comment on column shared_data.market_data.kind      is 'quote: moved the price; late: older than its symbol''s newest; bar: loaded as history.';
comment on column shared_data.market_data.last      is 'The last price; of a bar, its close.';
comment on column shared_data.market_data.quoted_at is 'Business time; of a bar, its close.';
comment on column shared_data.market_data.feed_time is 'The newest business time on its feed once it had come; null for a bar.';

-- sql/shared_data/corporate_action/table.sql
-- A corporate action changes what a symbol means on a feed, between two of its quotes: a split, or another symbol.

create table shared_data.corporate_actions (
  username      text                  not null,
  feed          text                  not null,
  number        bigint                not null,
  kind          text                  not null,
  symbol        text                  not null,
  new_units     shared_data.quantity,
  old_units     shared_data.quantity,
  new_symbol    text,
  quote_number  bigint                not null,
  effective_at  timestamptz           not null,
  created_at    timestamptz           not null default now(),

  constraint corporate_actions_pkey             primary key (username, feed, number),
  constraint corporate_actions_feed_fkey        foreign key (username, feed) references shared_data.feeds,
  constraint corporate_actions_symbol_fkey      foreign key (symbol) references shared_data.instruments,
  constraint corporate_actions_new_symbol_fkey  foreign key (new_symbol) references shared_data.instruments,
  constraint corporate_actions_kind_is_known    check (kind in ('split', 'symbol_change')),
  constraint corporate_actions_splits_have_terms check ((kind = 'split') = (new_units is not null)
                                                        and num_nonnulls(new_units, old_units) <> 1),
  constraint corporate_actions_changes_have_one check ((kind = 'symbol_change') = (new_symbol is not null)),
  constraint corporate_actions_number_counts    check (number > 0)
);

create index corporate_actions_symbol_idx     on shared_data.corporate_actions (symbol);
create index corporate_actions_new_symbol_idx on shared_data.corporate_actions (new_symbol);

comment on table  shared_data.corporate_actions              is 'Splits and symbol changes, numbered within their feed. Facts.';
comment on column shared_data.corporate_actions.new_units    is 'Of a split: so many new units for old_units.';
comment on column shared_data.corporate_actions.quote_number is 'Quotes of the feed up to this one are in the old terms.';
comment on column shared_data.corporate_actions.effective_at is 'Business time.';

-- sql/shared_data/data_access/table.sql
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

-- sql/shared_data/broker_symbol/table.sql
-- What a broker calls an instrument, where it isn't our name for it.

create table shared_data.broker_symbols (
  broker         shared_data.broker  not null,
  symbol         text                not null,
  broker_symbol  text                not null,

  constraint broker_symbols_pkey            primary key (broker, symbol),
  constraint broker_symbols_name_is_the_only unique (broker, broker_symbol),
  constraint broker_symbols_instrument_fkey foreign key (symbol) references shared_data.instruments,
  constraint broker_symbols_name_is_short   check (broker_symbol ~ '^[[:graph:]]{1,64}$')
);

create index broker_symbols_symbol_idx on shared_data.broker_symbols (symbol);

comment on table  shared_data.broker_symbols               is 'What brokers call instruments, where it isn''t our name: BTCUSD is XBTUSD at Kraken.';
comment on column shared_data.broker_symbols.broker_symbol is 'As the broker''s orders and quotes take it.';

-- sql/oversight/audit/table.sql
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

-- sql/oversight/security_event/table.sql
-- What somebody tried that isn't his to do: seen, stored, and told to whoever watches.

create table oversight.security_events (
  username         text                     not null,
  event_id         uuid                     not null default shared_data.uuid7(),
  book             text,
  kind             shared_data.label        not null,
  severity         text                     not null,
  details          shared_data.json_object  not null default '{}',
  actor            text                     not null default session_user,
  ip_address       inet                     default inet_client_addr(),
  session_id       text                     default coalesce(nullif(current_setting('app.session_id', true), ''),
                                                             pg_backend_pid()::text),
  occurred_at      timestamptz              not null default clock_timestamp(),
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  acknowledgement  text,

  constraint security_events_pkey                   primary key (username, event_id),
  constraint security_events_book_is_known          check (book in ('paper', 'live')),
  constraint security_events_severity_is_known      check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint security_events_are_acknowledged_whole check (num_nulls(acknowledged_at, acknowledged_by, acknowledgement)
                                                           in (0, 3))
);

create index security_events_repeated_idx on oversight.security_events (username, kind, occurred_at);
create index security_events_alerted_idx  on oversight.security_events (event_id);

comment on table  oversight.security_events                 is 'What was tried and refused, or found wrong. Facts: only acknowledged, once.';
comment on column oversight.security_events.username        is 'The user that was set; empty where none was.';
comment on column oversight.security_events.event_id        is 'What the channel twinbook_alerts is told, and all that it is told.';
comment on column oversight.security_events.book            is 'The book that the session was in; null outside the books.';
comment on column oversight.security_events.kind            is 'What it was, such as live order in paper mode.';
comment on column oversight.security_events.severity        is 'LOW, MEDIUM, HIGH or CRITICAL: it rises with each repetition within an hour.';
comment on column oversight.security_events.details         is 'What was seen of it; never another user''s data.';
comment on column oversight.security_events.actor           is 'The login that the session began with.';
comment on column oversight.security_events.acknowledgement is 'What an administrator found out about it.';

-- sql/oversight/code/table.sql
-- What code was loaded: each trigger, policy, view and function, with a fingerprint of what it does.

create table oversight.loaded_code (
  kind         text  not null,
  name         text  not null,
  fingerprint  text  not null,

  constraint loaded_code_pkey          primary key (kind, name),
  constraint loaded_code_kind_is_known check (kind in ('trigger', 'policy', 'view', 'function', 'twins'' difference'))
);

comment on table  oversight.loaded_code             is 'The code as it was loaded, to compare with. Written anew by each load.';
comment on column oversight.loaded_code.kind        is 'trigger, policy, view, function; or a part in which the books differ: the venue''s.';
comment on column oversight.loaded_code.fingerprint is 'md5 of what it does.';

-- sql/oversight/maintenance/table.sql
-- A maintenance window is a time in which protections may be taken down: opened by an administrator, with a reason and
-- an end, and kept for ever.

create table oversight.maintenance (
  window_id  uuid         not null default shared_data.uuid7(),
  reason     text         not null,
  opened_by  text         not null,
  opened_at  timestamptz  not null default clock_timestamp(),
  closes_at  timestamptz  not null,
  closed_at  timestamptz,
  closed_by  text,

  constraint maintenance_pkey          primary key (window_id),
  constraint maintenance_has_a_reason  check (btrim(reason) <> ''),
  constraint maintenance_is_limited    check (closes_at > opened_at and closes_at <= opened_at + interval '1 day'),
  constraint maintenance_end_is_signed check ((closed_at is null) = (closed_by is null))
);

comment on table  oversight.maintenance           is 'Windows in which protections may be taken down. Facts: closed, never removed.';
comment on column oversight.maintenance.opened_by is 'The administrator, or the login that acted for nobody.';
comment on column oversight.maintenance.closes_at is 'When it ends by itself: at most a day after it was opened.';
comment on column oversight.maintenance.closed_at is 'When somebody ended it sooner; null where nobody did.';

-- sql/oversight/seal/table.sql
-- A seal takes the ends of a book's chains into one digest, chained to the seal before it. Kept elsewhere, that digest
-- proves that nothing before it was changed since.

create table oversight.seals (
  book             text         not null,
  number           bigint       not null,
  chains           bigint       not null,
  root             bytea        not null,
  previous_digest  bytea,
  digest           bytea        not null,
  sealed_by        text         not null,
  sealed_at        timestamptz  not null,

  constraint seals_pkey                primary key (book, number),
  constraint seals_book_is_known       check (book in ('paper', 'live', 'oversight')),
  constraint seals_number_counts       check (number > 0),
  constraint seals_chain_has_one_start check ((number = 1) = (previous_digest is null)),
  constraint seals_chain_never_forks   unique nulls not distinct (book, previous_digest),
  constraint seals_digests_are_sha256  check (octet_length(digest) = 32 and octet_length(root) = 32)
);

create table oversight.sealed_heads (
  username      text    not null,
  book          text    not null,
  portfolio_id  uuid,
  seal          bigint  not null,
  place         bigint  not null,
  seq           bigint  not null,
  checksum      bytea   not null,

  constraint sealed_heads_once_a_seal unique nulls not distinct (username, book, portfolio_id, seal),
  constraint sealed_heads_seal_fkey   foreign key (book, seal) references oversight.seals,
  constraint sealed_heads_place_counts check (place > 0)
);

create index sealed_heads_seal_idx on oversight.sealed_heads (book, seal, place);

comment on table  oversight.seals               is 'Digests over all chains of a book, each chained to the one before it. Facts: never changed.';
comment on column oversight.seals.book          is 'paper, live, or oversight: the log outside the books.';
comment on column oversight.seals.chains        is 'How many chains had grown since the seal before it: the leaves of its tree.';
comment on column oversight.seals.root          is 'The Merkle tree hash of RFC 6962 over them, in the order of their names.';
comment on column oversight.seals.digest        is 'sha256 of the seal and of previous_digest: what is to be kept elsewhere. docs/audit.md says which bytes.';
comment on column oversight.seals.sealed_by     is 'The administrator, or the login that acted for none.';
comment on column oversight.seals.sealed_at     is 'System time.';
comment on table  oversight.sealed_heads        is 'Where a chain ended when it was sealed; of a seal, the chains that had grown. Facts: never changed.';
comment on column oversight.sealed_heads.seal   is 'The number of the seal; place is the leaf of its tree, from 1.';
comment on column oversight.sealed_heads.seq    is 'The number of the chain''s newest row then, checksum its checksum.';

-- How far each chain was found whole: where verifying onward begins.
create table oversight.verified (
  username      text         not null,
  book          text         not null,
  portfolio_id  uuid,
  seq           bigint       not null,
  checksum      bytea        not null,
  verified_at   timestamptz  not null default now(),

  constraint verified_once      unique nulls not distinct (username, book, portfolio_id),
  constraint verified_seq_counts check (seq > 0)
);

comment on table  oversight.verified             is 'Up to which event each chain was found whole, and its state what the events say.';
comment on column oversight.verified.checksum    is 'That event''s, so that a change behind it is found.';
comment on column oversight.verified.verified_at is 'System time.';
