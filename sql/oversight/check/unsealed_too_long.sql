-- Books with acts of more than a day ago that no seal covers.

create view oversight.unsealed_too_long
  with (security_invoker = true)
as
select b.book, null::text as username, 'seal' as key,
       coalesce(format('newest of %s', s.newest), 'never sealed') as detail
from (values ('paper'), ('live')) as b (book)
cross join lateral (
  select max(e.sealed_at)
  from oversight.seals as e
  where e.book = b.book) as s (newest)
where exists (
  select
  from oversight.all_audit_log as a
  where a.book = b.book and a.occurred_at < now() - interval '1 day'
    and a.occurred_at > coalesce(s.newest, '-infinity'));

comment on view oversight.unsealed_too_long is
  'WARNING, each book, whole book: If the newest acts were cut off since then, nothing would prove it. '
  'Do: select oversight.seal() every hour or day, and keep the digests elsewhere.';
select oversight.keep_check('unsealed_too_long');
