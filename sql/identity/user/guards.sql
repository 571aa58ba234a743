create trigger users_are_never_removed
  before delete or truncate on identity.users
  for each statement
  execute function shared_data.refuse_change('users are closed, never deleted');

create trigger users_names_are_final
  before update on identity.users
  for each row
  when ((old.username, old.created_at) is distinct from (new.username, new.created_at))
  execute function shared_data.refuse_change('a username is for ever: it is the key to everything that its user owns');

create trigger users_closing_is_final
  before update on identity.users
  for each row
  when (old.status = 'CLOSED' and new.status <> 'CLOSED')
  execute function shared_data.refuse_change('a closed user stays closed');
