-- Chains of oversight's own log that have gaps, or whose newest links don't hold: the head, and the twenty before it.

create view oversight.oversight_log_broken
  with (security_invoker = true)
as
with links as (
  select h.username, h.seq as newest, h.head, a.seq, a.checksum, a.previous_checksum,
         lag(a.checksum) over chain as before,
         oversight.checksum_of('oversight', a.username, null, a.seq, a.operation, a.actor, a.occurred_at, a.details,
                               a.previous_checksum) as computed
  from oversight.audit_heads as h
  join oversight.audit_log as a on h.username = a.username and a.seq > h.seq - 20
  window chain as (partition by h.username order by a.seq)
)
select null::text as book, l.username, l.seq::text as key,
       concat_ws(', ', case when l.checksum <> l.computed then 'the row was changed' end,
                       case when l.before <> l.previous_checksum then 'it does not follow the row before it' end,
                       case when l.seq = l.newest and l.checksum <> l.head
                            then 'it is not the head that its chain knows' end) as detail
from links as l
where l.checksum <> l.computed or l.before <> l.previous_checksum or (l.seq = l.newest and l.checksum <> l.head)
union all
select null, coalesce(h.username, n.username), 'numbers',
       format('%s counted, %s there, numbered up to %s', h.seq, coalesce(n.rows, 0), n.newest)
from oversight.audit_heads as h
full join (
  select a.username, count(*) as rows, max(a.seq) as newest
  from oversight.audit_log as a
  group by a.username
) as n on h.username = n.username
where (h.seq, h.seq) is distinct from (coalesce(n.rows, 0), coalesce(n.newest, 0));

comment on view oversight.oversight_log_broken is
  'CRITICAL, database, whole book: The log of users, settings, modes and administration was changed. '
  'Do: keep a copy of the database, compare with a backup, and find out who could write past the log''s triggers.';
select oversight.keep_check('oversight_log_broken');
