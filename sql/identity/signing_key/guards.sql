create trigger signing_keys_are_never_removed
  before delete or truncate on identity.signing_keys
  for each statement
  execute function shared_data.refuse_change('a key retires and loses its secret; its number is never given again');

create trigger signing_keys_are_final
  before update on identity.signing_keys
  for each row
  when (old.key_id <> new.key_id
     or old.created_at <> new.created_at
     or new.inner_pad is not null and new.inner_pad is distinct from old.inner_pad
     or new.outer_pad is not null and new.outer_pad is distinct from old.outer_pad
     or old.retires_at is not null and new.retires_at is null)
  execute function shared_data.refuse_change('a key never changes, and a retired one never signs again');
