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
