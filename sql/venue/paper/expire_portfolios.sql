-- Settles expired options in every portfolio that has any, by its own feed's clock, as far as nobody holds it; one that
-- fails doesn't stop the rest. Returns how many trades ended.

create function expire_portfolios(as_of timestamptz)
  returns integer
  language plpgsql
  set search_path from current
as $$
declare
  candidate record;
  home      portfolios;
  settled   integer := 0;
begin
  for candidate in
    select p.username, p.portfolio_id, min(least(expire_portfolios.as_of, shared_data.clock(f))) as until
    from trades as t
    join shared_data.instruments as i using (symbol)
    join portfolios as p on (p.username, p.portfolio_id) = (t.username, t.portfolio_id)
    join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
    where t.expiry is not null
      and t.closed_at is null
      and shared_data.expires_at(i) <= least(expire_portfolios.as_of, shared_data.clock(f))
    group by p.username, p.portfolio_id
    order by p.username, p.portfolio_id
  loop
    select p.* into home
    from portfolios as p
    where (p.username, p.portfolio_id) = (candidate.username, candidate.portfolio_id)
    for no key update skip locked;

    if not found then
      continue;
    end if;

    begin
      settled := settled + settle_options(catch_up(home), candidate.until);
    exception
      when others then
        raise warning using
          message = format('expiry had to leave out a portfolio: %s', sqlerrm),
          detail  = format('SQLSTATE %s', sqlstate),
          hint    = 'Its options stay to be settled; the others were.';
    end;
  end loop;

  return settled;
end
$$;

comment on function expire_portfolios is 'Settle expired options in every portfolio that has any.';
