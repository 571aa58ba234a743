-- Removes the snapshots that were taken before a moment. Returns how many rows.

create function remove_snapshots(before timestamptz)
  returns bigint
  language plpgsql
  set search_path from current
as $$
declare
  removed bigint;
begin
  with prices as (delete from price_snapshots as s where s.created_at < remove_snapshots.before returning 1),
       positions as (delete from position_snapshots as s where s.created_at < remove_snapshots.before returning 1),
       portfolios as (delete from portfolio_snapshots as s where s.created_at < remove_snapshots.before returning 1)
  select (select count(*) from prices) + (select count(*) from positions) + (select count(*) from portfolios)
  into removed;
  return removed;
end
$$;

comment on function remove_snapshots is 'Remove the snapshots that were taken before a moment.';
