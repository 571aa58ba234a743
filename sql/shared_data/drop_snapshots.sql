-- Removes snapshots that are older than an interval, 30 days or more, in both books. Returns how many rows.
-- Raises TB400 a shorter interval, TB403 not an administrator.

create function shared_data.drop_snapshots(older_than interval default '30 days')
  returns bigint
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  before  constant timestamptz := now() - older_than;
  removed bigint;
begin
  perform identity.require_administrator();

  if older_than is null or older_than < interval '30 days' then
    raise exception using
      errcode = 'TB400',
      message = 'snapshots are kept for 30 days',
      hint    = 'Give an interval of 30 days or more.';
  end if;

  removed := paper_trading.remove_snapshots(before) + live_trading.remove_snapshots(before);

  if removed > 0 then
    perform oversight.append_event(null, 'snapshots_dropped', jsonb_build_object(
      'before', shared_data.moment(before), 'rows', removed::text));
  end if;

  return removed;
end
$$;

comment on function shared_data.drop_snapshots is
  'Remove snapshots older than an interval, of 30 days or more: run it daily. For administrators.';
select shared_data.let_only('shared_data.drop_snapshots', 'twinbook_admin');
