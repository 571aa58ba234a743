-- Changes what is given of a user, and leaves the rest. Closing is done with status CLOSED, and is for ever.
-- Raises TB400 bad argument, TB403 not an administrator, TB404 no such user, TB409 stale version, TB422 closed already,
-- or the e-mail is taken.

create function identity.edit_user(
    username          text,
    expected_version  integer,
    email             text   default null,
    role              text   default null,
    status            text   default null,
    password_hash     text   default null,
    metadata          bytea  default null)
  returns identity.users
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  target users;
begin
  perform identity.require_administrator();

  select u.* into target from users as u where u.username = edit_user.username for update;

  perform identity.require_administrator(
    case when coalesce(edit_user.role, 'USER') = 'USER' and coalesce(target.role, 'USER') = 'USER'
         then 'ADMIN' else 'SUPERADMIN' end);

  if target.username is null or target.username = 'market' then
    raise exception using
      errcode = 'TB404',
      message = format('there is no user %s', edit_user.username);
  end if;

  perform shared_data.expect_version(format('user %s', target.username), target.version, edit_user.expected_version);

  if target.status = 'CLOSED' then
    raise exception using
      errcode = 'TB422',
      message = format('user %s is closed', target.username),
      hint    = 'A closed user stays closed: register another name.';
  end if;

  update users as u
  set email         = coalesce(edit_user.email, u.email),
      role          = coalesce(edit_user.role, u.role),
      status        = coalesce(edit_user.status, u.status),
      password_hash = coalesce(edit_user.password_hash, u.password_hash),
      metadata      = coalesce(edit_user.metadata, u.metadata),
      closed_at     = case when edit_user.status = 'CLOSED' then now() end,
      version       = u.version + 1,
      updated_at    = now()
  where u.username = target.username
  returning u.* into target;

  -- What a user is, but not his secrets, nor his address: this log is for ever.
  perform oversight.append_event(target.username, 'user_edited', jsonb_build_object(
    'role', target.role, 'status', target.status, 'version', target.version::text,
    'edited', array_remove(array[
      case when edit_user.email         is not null then 'email' end,
      case when edit_user.role          is not null then 'role' end,
      case when edit_user.status        is not null then 'status' end,
      case when edit_user.password_hash is not null then 'password_hash' end,
      case when edit_user.metadata      is not null then 'metadata' end], null)));
  return target;
exception
  when unique_violation then
    raise exception using errcode = 'TB422', message = 'that e-mail belongs to another user';
  when check_violation then
    raise exception using
      errcode = 'TB400',
      message = format('user %s can''t be changed so', edit_user.username),
      detail  = sqlerrm;
end
$$;

comment on function identity.edit_user is 'Change a user''s role, status, e-mail or secrets. For administrators.';
select shared_data.let_only('identity.edit_user', 'twinbook_admin');
