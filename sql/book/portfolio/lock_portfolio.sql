-- Locks the portfolio that a verb works on, before anything else: by name, or the user's only active one, or main. What
-- its feed brought meanwhile is worked off first. A closed one only where the caller can answer from the past.
-- Raises TB400 which one?, TB401 no user, TB404 not visible, TB422 closed.

create function lock_portfolio(portfolio text, even_closed boolean default false)
  returns portfolios
  language plpgsql
  set search_path from current
as $$
declare
  me   constant text := identity.known_username(book());
  home portfolios;
begin
  select p.* into home
  from portfolios as p
  join identity.users as u using (username)
  where p.username = me
    and u.status in ('ACTIVE', 'SUSPENDED')
    and (p.is_active or even_closed)
    and p.name = coalesce(lock_portfolio.portfolio, (
      select case when count(*) = 1 then min(one.name) else 'main' end
      from portfolios as one
      where one.username = me and one.is_active))
  for no key update of p;

  if found then
    return catch_up(home);
  end if;

  perform acting_user(must_be_active => false);

  if lock_portfolio.portfolio is null then
    raise exception using
      errcode = 'TB400',
      message = 'which portfolio?',
      hint    = 'You have none that is active, or several and none named main: open_portfolio opens one, '
                'portfolio => names one.';
  end if;

  raise exception using
    errcode = case when exists (select from portfolios as p where (p.username, p.name) = (me, lock_portfolio.portfolio))
                   then 'TB422' else 'TB404' end,
    message = format('there is no open portfolio %s', lock_portfolio.portfolio),
    hint    = 'select name, is_active from portfolios;';
end
$$;

comment on function lock_portfolio is 'Lock one''s portfolio and work off what its feed brought.';
