revoke all on oversight.loaded_code from public, twinbook_engine, twinbook_auditor, twinbook_admin, twinbook_backup;
grant select on oversight.loaded_code to twinbook_engine, twinbook_auditor, twinbook_admin, twinbook_backup;
