-- When a DAY order expires: at the first close of its instrument's trading day after it became effective. Null while
-- its feed has no time; an order that came before the feed's first quote becomes effective with it.

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
      select case
        when target.effective_at is not null or f.is_realtime then coalesce(target.effective_at, target.placed_at)
        when exists (select from shared_data.market_data as m
                     where (m.username, m.feed) = (f.username, f.name) and m.number <= target.effective_number
                       and m.kind = 'quote') then target.placed_at
        else (select m.quoted_at
              from shared_data.market_data as m
              where (m.username, m.feed) = (f.username, f.name) and m.number > target.effective_number
                and m.kind = 'quote'
              order by m.number
              limit 1)
      end
    ) as began (at)
    where (f.username, f.name) = (target.feed_owner, target.feed));
end
$$;

comment on function day_end_of is 'When a DAY order expires; null while its feed has no time.';
