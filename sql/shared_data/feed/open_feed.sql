-- Opens a feed of one's own, with its own clock, for portfolios that are opened on it. Opening it again returns it.
-- Raises TB400 bad argument, TB401 no user, TB422 it is open, but fills otherwise.

create function shared_data.open_feed(name text, fills_on text default 'this quote')
  returns shared_data.feeds
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  me     text := identity.acting_user();
  opened feeds;
begin
  insert into feeds (username, name, fills_on)
  values (me, open_feed.name, open_feed.fills_on)
  on conflict on constraint feeds_pkey do nothing;

  if found then
    perform oversight.append_event(me, 'feed_opened',
                                   jsonb_build_object('feed', open_feed.name, 'fills_on', open_feed.fills_on));
  end if;

  select f.* into opened from feeds as f where f.username = me and f.name = open_feed.name;

  if opened.fills_on <> open_feed.fills_on then
    raise exception using
      errcode = 'TB422',
      message = format('feed %s is open, and fills on %s', opened.name, opened.fills_on),
      hint    = 'Open a feed of another name.';
  end if;

  return opened;
exception
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = format('feed %s can''t be opened', open_feed.name),
      detail  = sqlerrm,
      hint    = 'A name is lower-case letters, digits, dots, dashes and underscores; fills_on is ''this quote'' or '
                '''next quote''.';
end
$$;

comment on function shared_data.open_feed is
  'Open a feed of one''s own; fills_on ''next quote'' for backtests on bars. '
  'Only paper portfolios trade on such feeds.';
select shared_data.let_only('shared_data.open_feed', 'twinbook_paper');
