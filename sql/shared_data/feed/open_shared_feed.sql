-- Opens a feed for everybody: its clock is its newest quote's time, unlike that of realtime, which is always there.
-- Raises TB400 bad argument.

create function shared_data.open_shared_feed(name text)
  returns shared_data.feeds
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  opened feeds;
begin
  insert into feeds (username, name) values ('market', open_shared_feed.name)
  on conflict on constraint feeds_pkey do nothing;

  if found then
    perform oversight.append_event(null, 'shared_feed_opened', jsonb_build_object('feed', open_shared_feed.name));
  end if;

  select f.* into opened from feeds as f where f.username = 'market' and f.name = open_shared_feed.name;
  return opened;
exception
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = format('feed %s can''t be opened', open_shared_feed.name),
      hint    = 'A name is lower-case letters, digits, dots, dashes and underscores.';
end
$$;

comment on function shared_data.open_shared_feed is
  'Open a feed that everybody may read and trade on. For market data''s role.';
select shared_data.let_only('shared_data.open_shared_feed', 'twinbook_market_data');
