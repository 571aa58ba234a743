-- Goes through every portfolio that has something to work off, as far as nobody holds it; one that fails doesn't stop
-- the rest. Returns how many were worked off.

create function sweep_portfolios()
  returns integer
  language plpgsql
  set search_path from current
as $$
declare
  candidate record;
  home      portfolios;
  swept     integer := 0;
begin
  for candidate in
    select u.username, u.portfolio_id
    from unmatched as u
    where u.cause <> 'placed'
      or exists (select from shared_data.quotes as q
                 where (q.username, q.feed, q.symbol) = (u.feed_owner, u.feed, u.symbol) and q.number >= u.from_number)
    union
    select o.username, o.portfolio_id
    from shared_data.feeds as f
    join orders as o on (o.feed_owner, o.feed) = (f.username, f.name)
      and o.expires_at <= shared_data.clock(f)
      and o.time_in_force = 'DAY' and o.status in ('OPEN', 'PARTIALLY_FILLED')
    order by username, portfolio_id
  loop
    select p.* into home
    from portfolios as p
    where (p.username, p.portfolio_id) = (candidate.username, candidate.portfolio_id)
    for no key update skip locked;

    if not found then
      continue;
    end if;

    begin
      perform catch_up(home);
      swept := swept + 1;
    exception
      when others then
        raise warning using
          message = format('the sweep had to leave out a portfolio: %s', sqlerrm),
          detail  = format('SQLSTATE %s', sqlstate),
          hint    = 'It stays to be worked off; the others were swept.';
    end;
  end loop;

  return swept;
end
$$;

comment on function sweep_portfolios is 'Work off what matching had to skip, and expire what is past its day.';
