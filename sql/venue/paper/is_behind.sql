-- Whether anything may wait for a portfolio: quotes, a corporate action, or the day's end for an order of that day.

create function is_behind(home portfolios)
  returns boolean
  language plpgsql
  set search_path from current
  set plan_cache_mode = force_generic_plan -- asked with every verb: planning it would cost more than it does
as $$
begin
  return exists (select from unmatched as u where (u.username, u.portfolio_id) = (home.username, home.portfolio_id))
    or exists (select from orders as o
               where o.username = home.username
                 and o.status in ('OPEN', 'PARTIALLY_FILLED')
                 and (o.portfolio_id, o.time_in_force) = (home.portfolio_id, 'DAY'))
    or exists (select from shared_data.corporate_actions as a
               where (a.username, a.feed) = (home.feed_owner, home.feed) and a.number > home.action_number);
end
$$;

comment on function is_behind is 'Whether anything may wait for a portfolio to be matched with it.';
