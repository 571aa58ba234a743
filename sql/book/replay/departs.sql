-- Whether anything that is stored of one portfolio isn't what its events rebuild. Planned once, for portfolios of any
-- size: planning would cost a small one more than running, and a large one must not be joined row by row.

create function departs(username text, portfolio_id uuid)
  returns boolean
  language plpgsql stable
  set search_path from current
  set plan_cache_mode = force_generic_plan
  set enable_nestloop = off
as $$
begin
  return exists (
    select
    from departures as d
    where d.username = departs.username
      and d.portfolio_id = departs.portfolio_id);
end
$$;

comment on function departs is 'Whether a portfolio''s stored state isn''t what its events rebuild.';
