-- Where matching has to catch up: this portfolio, from this quote of this symbol on. A resting order enters itself when
-- placed, since its quote may come before it commits; a quote enters a portfolio that somebody else holds.

create table unmatched (
  username      text    not null,
  portfolio_id  uuid    not null,
  symbol        text    not null,
  from_number   bigint  not null,
  cause         text    not null,
  feed_owner    text    not null,
  feed          text    not null,

  constraint unmatched_pkey           primary key (username, portfolio_id, symbol, from_number, cause),
  constraint unmatched_portfolio_fkey foreign key (username, portfolio_id) references portfolios,
  constraint unmatched_cause_is_known check (cause in ('placed', 'skipped', 'failed'))
);

create index unmatched_feed_idx on unmatched (feed_owner, feed, symbol);

comment on table  unmatched             is 'Quotes that a portfolio has yet to be matched with. Whoever next takes its lock works them off first.';
comment on column unmatched.from_number is 'From this quote of the feed on.';
comment on column unmatched.cause       is 'placed: an order came to rest; skipped: the portfolio was held; failed: an error, told as a WARNING. '
                                           'Part of the key, so that a quote never waits for whoever holds the portfolio.';
