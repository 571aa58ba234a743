-- Logins that may use both books at once.

create view oversight.logins_of_both_books
  with (security_invoker = true)
as
select null::text as book, null::text as username, r.rolname::text as key,
       'uses paper_trading and live_trading' as detail
from pg_catalog.pg_roles as r
where r.rolcanlogin and not r.rolsuper
  and pg_has_role(r.oid, to_regrole('twinbook_paper'), 'usage')
  and pg_has_role(r.oid, to_regrole('twinbook_live'), 'usage');

comment on view oversight.logins_of_both_books is
  'WARNING, database, catalog: One connection reaches both books, so a mistake in a search path crosses them. '
  'Do: give each book a login of its own, or make this one noinherit.';
select oversight.keep_check('logins_of_both_books');
