-- Begins a new session: metrics start anew, and everything that is open goes on. To begin with the first money again,
-- reset_portfolio.
-- Raises TB400 bad label, TB401 no user, TB404 not visible, TB422 closed.

create function begin_session(portfolio text default null, label text default null, reason text default 'a new one')
  returns sessions
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home  portfolios := lock_portfolio(begin_session.portfolio);
  begun sessions;
begin
  home := next_session(home, begin_session.label, coalesce(begin_session.reason, 'a new one'));

  select s.* into begun
  from sessions as s
  where (s.username, s.portfolio_id, s.number) = (home.username, home.portfolio_id, home.session);
  return begun;
exception
  when check_violation then
    raise exception using errcode = 'TB400', message = 'a label has 1 to 63 characters', detail = sqlerrm;
end
$$;

comment on function begin_session is 'Begin a new session; the one that runs ends, what is open goes on.';
select let_traders('begin_session');
