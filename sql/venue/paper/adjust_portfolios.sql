-- Lets the portfolios of a feed that a new corporate action concerns catch up with it. One that somebody holds is left
-- to be worked off, as quotes are.

create function adjust_portfolios(action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  candidate record;
  home      portfolios;
begin
  for candidate in
    select p.username, p.portfolio_id
    from portfolios as p
    where (p.feed_owner, p.feed) = (action.username, action.feed)
      and (exists (select from positions as s
                   where (s.username, s.portfolio_id, s.symbol) = (p.username, p.portfolio_id, action.symbol))
        or exists (select from orders as o
                   where o.username = p.username
                     and o.status in ('OPEN', 'PARTIALLY_FILLED')
                     and (o.portfolio_id, o.symbol) = (p.portfolio_id, action.symbol)))
    order by p.username, p.portfolio_id
  loop
    select p.* into home
    from portfolios as p
    where (p.username, p.portfolio_id) = (candidate.username, candidate.portfolio_id)
    for no key update skip locked;

    if found then
      perform catch_up(home);
    else
      perform leave_unmatched(candidate.username, candidate.portfolio_id, array[action.symbol],
                              action.quote_number + 1, 'skipped', action.username, action.feed);
    end if;
  end loop;
end
$$;

comment on function adjust_portfolios is 'Let the portfolios that a corporate action concerns catch up with it.';
