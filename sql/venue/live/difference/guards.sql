create trigger reconciliation_differences_are_never_removed
  before delete or truncate on reconciliation_differences
  for each statement
  execute function refuse_change('a difference that was seen stays known');

create trigger reconciliation_differences_end_once
  before update on reconciliation_differences
  for each row
  when (old.state <> 'OPEN'
     or (old.username, old.difference_id, old.portfolio_id, old.kind, old.key, old.first_seen_at)
        is distinct from
        (new.username, new.difference_id, new.portfolio_id, new.kind, new.key, new.first_seen_at))
  execute function refuse_change('a difference that is closed stays so');
