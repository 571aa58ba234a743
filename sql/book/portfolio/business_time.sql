-- The time by which business on a feed is done: the feed's own, the real one while that has none.

create function business_time(feed_owner text, feed text)
  returns timestamptz
  language plpgsql
  set search_path from current
as $$
declare
  at constant timestamptz := (
    select shared_data.clock(f)
    from shared_data.feeds as f
    where (f.username, f.name) = (business_time.feed_owner, business_time.feed));
begin
  return case when isfinite(at) then at else now() end;
end
$$;

comment on function business_time is 'The time by which business on a feed is done.';
