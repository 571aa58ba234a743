-- Nobody reads it but the auditor: whoever acts as a user should not learn what was noticed. Sessions add to it.
select shared_data.close_table('shared_data.data_access_log');

create policy data_access_log_is_told_by_its_user on shared_data.data_access_log
  to twinbook_owner
  using (username = coalesce((select identity.current_username(null)), ''));

select shared_data.close_leaf(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent = 'shared_data.data_access_log'::regclass;
