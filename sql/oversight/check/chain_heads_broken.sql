-- Audit chains whose newest links don't hold: the head, and the two rows before it. twinbook verify walks the whole.

create view oversight.chain_heads_broken
  with (security_invoker = true)
as
with links as (
  select p.book, p.username, p.portfolio_id, p.audit_seq, p.audit_head, a.seq, a.checksum, a.previous_checksum,
         lag(a.checksum) over chain as before,
         case p.book
           when 'paper' then paper_trading.checksum_of(a.username, a.portfolio_id, a.seq, a.operation, a.actor,
                                                       a.occurred_at, a.details, a.previous_checksum)
           else live_trading.checksum_of(a.username, a.portfolio_id, a.seq, a.operation, a.actor,
                                         a.occurred_at, a.details, a.previous_checksum) end as computed
  from oversight.all_portfolios as p
  cross join lateral (
    select n.*
    from oversight.all_audit_log as n
    where (n.book, n.username, n.portfolio_id) = (p.book, p.username, p.portfolio_id)
    order by n.seq desc
    limit 3
  ) as a
  window chain as (partition by p.book, p.username, p.portfolio_id order by a.seq)
)
select l.book, l.username, concat_ws(' ', l.portfolio_id, l.seq) as key,
       concat_ws(', ', case when l.checksum <> l.computed then 'the row was changed' end,
                       case when l.before <> l.previous_checksum then 'it does not follow the row before it' end,
                       case when l.seq = l.audit_seq and l.checksum is distinct from l.audit_head
                            then 'it is not the head that its portfolio knows' end) as detail
from links as l
where l.checksum <> l.computed
   or l.before <> l.previous_checksum
   or (l.seq = l.audit_seq and l.checksum is distinct from l.audit_head);

comment on view oversight.chain_heads_broken is
  'CRITICAL, each book, whole book: The newest part of an audit chain was changed. '
  'Do: run twinbook verify, which names the first bad row, keep a copy of the database, and compare with a backup.';
select oversight.keep_check('chain_heads_broken');
