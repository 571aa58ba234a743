-- Portfolios whose executions are not numbered from 1 to their counter, without gaps.

create view oversight.execution_gaps
  with (security_invoker = true)
as
select coalesce(p.book, n.book) as book, coalesce(p.username, n.username) as username,
       coalesce(p.portfolio_id, n.portfolio_id)::text as key,
       format('%s counted, %s there, numbered up to %s', p.execution_seq, coalesce(n.rows, 0), n.newest) as detail
from oversight.all_portfolios as p
full join (
  select r.book, r.username, r.portfolio_id, count(*) as rows, max(r.seq) as newest
  from oversight.all_executions as r
  group by r.book, r.username, r.portfolio_id
) as n using (book, username, portfolio_id)
where (p.execution_seq, p.execution_seq) is distinct from (coalesce(n.rows, 0), coalesce(n.newest, 0));

comment on view oversight.execution_gaps is
  'CRITICAL, each book, whole book: Of a portfolio''s executions some were removed, or added past the verbs. '
  'Do: run twinbook verify, which names the first bad row, and restore from a backup.';
select oversight.keep_check('execution_gaps');
