-- Feeds quotes into a feed of one's own, in the order given. Returns how many were stored.
-- Raises TB400 with the quote's place, TB401 no user, TB404 unknown feed or symbol.

create function shared_data.replay_quotes(feed text, quotes shared_data.quote[])
  returns integer
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_quotes(identity.acting_user(), replay_quotes.feed, replay_quotes.quotes);
end
$$;

comment on function shared_data.replay_quotes is
  'Feed quotes into a feed of one''s own: its clock moves on, and what rests on it is matched.';
select shared_data.let_only('shared_data.replay_quotes', 'twinbook_paper');
