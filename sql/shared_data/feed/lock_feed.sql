-- Locks a feed, so that one writer at a time numbers its quotes. Raises TB404.

create function shared_data.lock_feed(owner text, feed text)
  returns shared_data.feeds
  language plpgsql
  set search_path = shared_data, pg_temp
as $$
declare
  source feeds;
begin
  select f.* into source
  from feeds as f
  where (f.username, f.name) = (lock_feed.owner, lock_feed.feed)
  for no key update;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('there is no feed %s', lock_feed.feed),
      hint    = 'A user opens his own with shared_data.open_feed; realtime is shared.';
  end if;

  return source;
end
$$;

comment on function shared_data.lock_feed is 'Lock a feed for writing quotes. Raises TB404.';
select shared_data.let_only('shared_data.lock_feed', 'twinbook_engine');
