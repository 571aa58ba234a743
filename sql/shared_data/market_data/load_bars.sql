-- Keeps bars as price history of a feed of one's own; they move no price. Returns how many were new.
-- Raises TB400 with the bar's place, TB401 no user, TB404 unknown feed or symbol.

create function shared_data.load_bars(feed text, bars shared_data.bar[])
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_bars(identity.acting_user(), load_bars.feed, load_bars.bars);
end
$$;

comment on function shared_data.load_bars is 'Keep bars as price history of a feed of one''s own.';
select shared_data.let_only('shared_data.load_bars', 'twinbook_paper');
