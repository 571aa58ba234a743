-- What time it is on a feed: rules ask this, never now().

create function shared_data.clock(feed shared_data.feeds)
  returns timestamptz
  language sql volatile parallel safe
  return case when (feed).is_realtime then clock_timestamp() else coalesce((feed).newest_at, '-infinity') end;

comment on function shared_data.clock is
  'The time on a feed: the real one, or that of its newest quote; -infinity while it is empty.';
select shared_data.let_only('shared_data.clock', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
