create trigger portfolio_snapshots_are_facts
  before update on portfolio_snapshots
  for each row
  execute function refuse_change('a snapshot stays as it was taken');

create trigger position_snapshots_are_facts
  before update on position_snapshots
  for each row
  execute function refuse_change('a snapshot stays as it was taken');

create trigger price_snapshots_are_facts
  before update on price_snapshots
  for each row
  execute function refuse_change('a snapshot stays as it was taken');

create trigger portfolio_snapshots_are_kept
  before delete on portfolio_snapshots
  for each row
  when (old.created_at > now() - interval '30 days')
  execute function refuse_change('snapshots are kept for 30 days');

create trigger position_snapshots_are_kept
  before delete on position_snapshots
  for each row
  when (old.created_at > now() - interval '30 days')
  execute function refuse_change('snapshots are kept for 30 days');

create trigger price_snapshots_are_kept
  before delete on price_snapshots
  for each row
  when (old.created_at > now() - interval '30 days')
  execute function refuse_change('snapshots are kept for 30 days');

create trigger portfolio_snapshots_are_never_emptied
  before truncate on portfolio_snapshots
  for each statement
  execute function refuse_change('snapshots are kept for 30 days; shared_data.drop_snapshots removes older ones');

create trigger position_snapshots_are_never_emptied
  before truncate on position_snapshots
  for each statement
  execute function refuse_change('snapshots are kept for 30 days; shared_data.drop_snapshots removes older ones');

create trigger price_snapshots_are_never_emptied
  before truncate on price_snapshots
  for each statement
  execute function refuse_change('snapshots are kept for 30 days; shared_data.drop_snapshots removes older ones');
