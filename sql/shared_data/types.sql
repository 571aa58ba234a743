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
