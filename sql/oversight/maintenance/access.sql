revoke all on oversight.maintenance
  from public, twinbook_engine, twinbook_admin, twinbook_auditor, twinbook_backup;
grant select, insert, update on oversight.maintenance to twinbook_engine;
grant select on oversight.maintenance to twinbook_admin, twinbook_auditor, twinbook_backup;
