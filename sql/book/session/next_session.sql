-- Ends the session of a locked portfolio that runs, and begins the next. Both bear the feed's time.

create function next_session(home portfolios, label text, reason text, is_reset boolean default false)
  returns portfolios
  language plpgsql
  set search_path from current
as $$
declare
  happened_at constant timestamptz := business_time(home.feed_owner, home.feed);
begin
  update sessions as s
  set ended_at   = happened_at,
      end_reason = next_session.reason
  where (s.username, s.portfolio_id, s.number) = (home.username, home.portfolio_id, home.session);

  insert into sessions (username, portfolio_id, number, label, started_at, is_reset)
  values (home.username, home.portfolio_id, home.session + 1, next_session.label, happened_at, is_reset);

  update portfolios as p
  set session = home.session + 1
  where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);

  perform append_event(home.username, home.portfolio_id, 'session_begun', home.username, jsonb_strip_nulls(
    jsonb_build_object('session', (home.session + 1)::text, 'label', next_session.label,
                       'ended', next_session.reason)));

  select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  return home;
end
$$;

comment on function next_session is 'End the session that runs, and begin the next.';
