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
