-- Adds a user, with paper as the mode and with default settings.
-- Raises TB400 bad argument, TB403 not an administrator, TB422 the name or e-mail is taken.

create function identity.register_user(
    username       text,
    email          text    default null,
    role           text    default 'USER',
    status         text    default 'ACTIVE',
    password_hash  text    default null,
    metadata       bytea   default null)
  returns identity.users
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  made users;
begin
  perform identity.require_administrator(case when register_user.role = 'USER' then 'ADMIN' else 'SUPERADMIN' end);

  insert into users (username, email, role, status, password_hash, metadata, closed_at)
  values (register_user.username, register_user.email, register_user.role, register_user.status,
          register_user.password_hash, register_user.metadata,
          case when register_user.status = 'CLOSED' then now() end)
  returning * into made;

  insert into settings (username) values (made.username);
  insert into modes (username) values (made.username);

  perform oversight.append_event(made.username, 'user_registered',
                                 jsonb_build_object('role', made.role, 'status', made.status));
  return made;
exception
  when unique_violation then
    raise exception using
      errcode = 'TB422',
      message = format('the username %s, or that e-mail, is taken', register_user.username),
      hint    = 'Usernames are never given twice, not even after their user is closed.';
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = format('user %s can''t be registered', register_user.username),
      detail  = sqlerrm,
      hint    = 'A username is lower case, begins with a letter and has up to 63 letters, digits, dots, dashes or '
                'underscores.';
end
$$;

comment on function identity.register_user is
  'Add a user: an ACTIVE USER unless role and status say otherwise. For administrators.';
select shared_data.let_only('identity.register_user', 'twinbook_admin');
