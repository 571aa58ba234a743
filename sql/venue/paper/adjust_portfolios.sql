-- Lets the portfolios of a feed that a new corporate action concerns catch up with it. One that somebody holds is left
-- to be worked off, as quotes are; so is one that fails, which stops nobody else's.

create function adjust_portfolios(action shared_data.corporate_actions)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  symbols   constant text[] := array_remove(array[action.symbol, action.new_symbol], null);
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

    if not found then
      perform leave_unmatched(candidate.username, candidate.portfolio_id, symbols,
                              action.quote_number + 1, 'skipped', action.username, action.feed);
      continue;
    end if;

    begin
      perform catch_up(home);
    exception
      when others then
        raise warning using
          message = format('a corporate action failed for a portfolio: %s', sqlerrm),
          detail  = format('SQLSTATE %s', sqlstate),
          hint    = 'It is applied when the portfolio is next taken.';
        perform leave_unmatched(candidate.username, candidate.portfolio_id, symbols,
                                action.quote_number + 1, 'failed', action.username, action.feed);
    end;
  end loop;
end
$$;

comment on function adjust_portfolios is 'Let the portfolios that a corporate action concerns catch up with it.';
