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
