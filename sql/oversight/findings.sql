-- All that one integrity check finds. Raises TB403 not an administrator, TB404 no such check.

create function oversight.findings(check_name text)
  returns table (book text, username text, key text, detail text)
  language plpgsql stable
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  perform identity.require_administrator();

  if not exists (select from checks as c where c.check_name = findings.check_name) then
    raise exception using
      errcode = 'TB404',
      message = format('there is no check %s', findings.check_name),
      hint    = 'oversight.checks lists them.';
  end if;

  for book, username, key, detail in
    execute format('select * from oversight.%I as f order by f.book, f.username, f.key', check_name)
  loop
    return next;
  end loop;
end
$$;

comment on function oversight.findings is 'All that one integrity check finds. For auditors and administrators.';
select shared_data.let_only('oversight.findings', 'twinbook_auditor', 'twinbook_admin');
