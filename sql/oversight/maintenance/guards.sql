create trigger maintenance_is_never_removed
  before delete or truncate on oversight.maintenance
  for each statement
  execute function shared_data.refuse_change('who took protections down, and when, is kept for ever');

create trigger maintenance_only_ends
  before update on oversight.maintenance
  for each row
  when (old.closed_at is not null
        or (old.window_id, old.reason, old.opened_by, old.opened_at, old.closes_at)
        is distinct from (new.window_id, new.reason, new.opened_by, new.opened_at, new.closes_at))
  execute function shared_data.refuse_change('a window can be closed, and nothing else');
