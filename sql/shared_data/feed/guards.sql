create trigger feeds_are_never_removed
  before delete or truncate on shared_data.feeds
  for each statement
  execute function shared_data.refuse_change('a feed is the source of fills that stay for ever');

create trigger feeds_identity_is_final
  before update on shared_data.feeds
  for each row
  when ((old.username, old.name, old.is_realtime, old.fills_on, old.created_at) is distinct from
        (new.username, new.name, new.is_realtime, new.fills_on, new.created_at))
  execute function shared_data.refuse_change('a feed keeps its name and its kind');

create trigger feeds_only_move_on
  before update on shared_data.feeds
  for each row
  when (new.newest_number < old.newest_number or new.newest_at < old.newest_at or new.late_quotes < old.late_quotes)
  execute function shared_data.refuse_change('a feed''s clock and numbers never go back');
