-- When a DAY order expires: at the first close of its instrument's trading day after it became effective. Null while its
-- feed has no time.

create function day_end_of(target orders)
  returns timestamptz
  language plpgsql
  set search_path from current
as $$
begin
  return (
    select next_close(i.closes_at, i.timezone, i.trading_days, began.at)
    from shared_data.feeds as f
    join shared_data.instruments as i on i.symbol = target.symbol
    cross join lateral (
      select coalesce(target.effective_at, case when f.newest_at is not null or f.is_realtime then target.placed_at end)
    ) as began (at)
    where (f.username, f.name) = (target.feed_owner, target.feed));
end
$$;

comment on function day_end_of is 'When a DAY order expires; null while its feed has no time.';
