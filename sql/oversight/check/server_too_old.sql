-- A Postgres whose planner statistics leak.

create view oversight.server_too_old
  with (security_invoker = true)
as
select null::text as book, null::text as username, 'server' as key, current_setting('server_version') as detail
from (select current_setting('server_version_num')::integer) as v (number)
where v.number < 150014 or v.number between 160000 and 160009 or v.number between 170000 and 170005;

comment on view oversight.server_too_old is
  'WARNING, database, catalog: Statistics of partitioned tables show samples of rows past their policies '
  '(CVE-2025-8713). Do: install the newest minor release of Postgres.';
select oversight.keep_check('server_too_old');
