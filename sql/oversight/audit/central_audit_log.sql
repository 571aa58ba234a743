-- Every act there is, of both books and of what is outside them: for auditors.

create view oversight.central_audit_log
  with (security_invoker = true)
as
select 'paper' as book, a.username, a.portfolio_id, a.seq, a.operation, a.actor, a.details, a.ip_address, a.session_id,
       a.checksum, a.previous_checksum, a.occurred_at
from paper_trading.audit_log as a
union all
select 'live', a.username, a.portfolio_id, a.seq, a.operation, a.actor, a.details, a.ip_address, a.session_id,
       a.checksum, a.previous_checksum, a.occurred_at
from live_trading.audit_log as a
union all
select 'oversight', a.username, null, a.seq, a.operation, a.actor, a.details, a.ip_address, a.session_id,
       a.checksum, a.previous_checksum, a.occurred_at
from oversight.audit_log as a;

comment on view oversight.central_audit_log is
  'Every act of both books, and of oversight: what concerns no portfolio. For auditors.';
comment on column oversight.central_audit_log.book         is 'paper, live, or oversight.';
comment on column oversight.central_audit_log.portfolio_id is 'Null for what concerns none.';
revoke all on oversight.central_audit_log from public, twinbook_auditor, twinbook_engine;
grant select on oversight.central_audit_log to twinbook_auditor, twinbook_engine;
