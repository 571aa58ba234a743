-- Who administers: the session's login where no user is set, else a user who is ADMIN or SUPERADMIN. Returns the
-- actor's name. Raises TB403.

create function identity.require_administrator(at_least text default 'ADMIN')
  returns text
  language plpgsql stable
  set search_path = identity, pg_temp
as $$
declare
  me text := identity.current_username('administration');
begin
  if identity.is_nobody_set() or exists (
    select from users as u
    where u.username = me and u.status = 'ACTIVE'
      and (u.role = 'SUPERADMIN' or u.role = require_administrator.at_least)) then
    return coalesce(me, session_user);
  end if;

  raise exception using
    errcode = 'TB403',
    message = format('%s is not permitted to do this', coalesce(me, 'somebody unproven')),
    hint    = format('It takes a user whose role is %s%s.', at_least,
                     case when me is null then ', and a token for administration that is still good' end);
end
$$;

comment on function identity.require_administrator is 'The administrator that acts, by name. Raises TB403.';
select shared_data.let_only('identity.require_administrator', 'twinbook_engine');
