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

-- NaN sorts above Infinity, so the two checks refuse it too.

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
  quoted_at        timestamptz
);
comment on type shared_data.market is
  'An instrument, its feed''s time and the price to work with, as one portfolio sees them; source null where no price is fit.';

-- A UUIDv7: milliseconds, then chance, so that new keys land at the end of an index. Core only from Postgres 18.
create function shared_data.uuid7() returns uuid
  language sql volatile parallel safe
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(pg_catalog.gen_random_uuid())
              placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;

comment on function shared_data.uuid7 is 'A new UUIDv7, ordered by the millisecond.';
grant execute on function shared_data.uuid7 to twinbook_engine;
