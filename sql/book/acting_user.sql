-- The user who acts in this book. Suspended users pass unless he must be active: what reduces exposure stays open to
-- them. Raises TB401.

create function acting_user(must_be_active boolean default true)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  me     text := identity.known_username(book());
  status text := (select u.status from identity.users as u where u.username = me);
begin
  if status = 'ACTIVE' or (status = 'SUSPENDED' and not must_be_active) then
    return me;
  end if;

  raise exception using
    errcode = 'TB401',
    message = case when me is null         then 'no user is set'
                   when status is null     then format('there is no user %s', me)
                   else format('user %s is %s', me, lower(status)) end,
    hint    = case when me is null and not identity.is_nobody_set()
                   then 'What is set proves nobody: it takes a token for this book that is still good.'
                   when me is null
                   then 'Say who is asking: set "app.current_user" = ''alice''; in psql, set local in a transaction.'
                   else 'An administrator registers, verifies and reinstates users.' end;
end
$$;

comment on function acting_user is 'The user who acts in this book. Raises TB401.';
