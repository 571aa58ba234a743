-- The portfolios of which anything that is stored isn't what their events rebuild; onward, among those that have grown
-- since they were verified. Each is compared by itself, by one plan for all of them: whatever is joined and summed is
-- as large as a portfolio and no larger, and a small one costs next to nothing.

create function departed(is_onward boolean)
  returns setof uuid
  language plpgsql stable
  set search_path from current
  set enable_nestloop = off -- a large portfolio must not be joined row by row
  set jit = off             -- compiling so many expressions costs more than it saves
as $$
begin
  return query
  select distinct p.portfolio_id
  from portfolios as p
  left join oversight.verified as v
    on is_onward and (v.username, v.book, v.portfolio_id) = (p.username, book(), p.portfolio_id)
  cross join lateral (
    select
    from departures as d
    where d.username = p.username
      and d.portfolio_id = p.portfolio_id
    offset 0
  ) as d
  where not is_onward
     or p.audit_head is distinct from v.checksum;
end
$$;

comment on function departed is 'Portfolios whose stored state isn''t what their events rebuild.';
