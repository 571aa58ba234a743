-- Leaves a portfolio to be matched with these quotes by whoever takes it next. Rows of its causes are written under
-- their feed's lock only, so this never waits for another writer.

create function leave_unmatched(username text, portfolio_id uuid, symbols text[], from_number bigint, cause text,
                                feed_owner text, feed text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  insert into unmatched (username, portfolio_id, symbol, from_number, cause, feed_owner, feed)
  select leave_unmatched.username, leave_unmatched.portfolio_id, s.symbol, leave_unmatched.from_number,
         leave_unmatched.cause, leave_unmatched.feed_owner, leave_unmatched.feed
  from unnest(symbols) as s (symbol)
  on conflict do nothing;
end
$$;

comment on function leave_unmatched is 'Leave a portfolio to be matched by whoever takes it next.';
