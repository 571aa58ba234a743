-- All users, for administrators: without secrets. Raises TB403.

create function identity.list_users()
  returns table (username text, email text, role text, status text, version integer, created_at timestamptz)
  language plpgsql stable
  security definer
  set search_path = identity, pg_temp
as $$
begin
  perform identity.require_administrator();
  return query
    select u.username, u.email, u.role, u.status, u.version::integer, u.created_at
    from users as u
    where u.username <> 'market'
    order by u.username;
end
$$;

comment on function identity.list_users is 'Every user but the market, without secrets. For administrators.';
select shared_data.let_only('identity.list_users', 'twinbook_admin');
