create trigger sessions_are_never_removed
  before delete or truncate on sessions
  for each statement
  execute function refuse_change('what was traded in a session stays in it');

create trigger sessions_only_end
  before update on sessions
  for each row
  when (old.ended_at is not null
     or (old.username, old.portfolio_id, old.number, old.label, old.started_at, old.is_reset, old.created_at)
     is distinct from
        (new.username, new.portfolio_id, new.number, new.label, new.started_at, new.is_reset, new.created_at))
  execute function refuse_change('a session ends, once; nothing else of it changes');
