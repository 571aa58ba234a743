-- Where every chain ends now, of both books and of the log outside them.

create view oversight.chain_heads
  with (security_invoker = true)
as
select 'paper' as book, p.username, p.portfolio_id, p.audit_seq as seq, p.audit_head as checksum
from paper_trading.portfolios as p
where p.audit_seq > 0
union all
select 'live', p.username, p.portfolio_id, p.audit_seq, p.audit_head
from live_trading.portfolios as p
where p.audit_seq > 0
union all
select 'oversight', h.username, null, h.seq, h.head
from oversight.audit_heads as h
where h.seq > 0;

comment on view oversight.chain_heads is 'Where every audit chain ends: the number and the checksum of its newest row.';
comment on column oversight.chain_heads.book         is 'paper, live, or oversight.';
comment on column oversight.chain_heads.portfolio_id is 'Null for a chain of oversight, which is a user''s.';
revoke all on oversight.chain_heads from public, twinbook_auditor, twinbook_engine;
grant select on oversight.chain_heads to twinbook_auditor, twinbook_engine;
