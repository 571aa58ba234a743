-- The newest seals, or all from a number on. Raises TB403 not an administrator.

create function oversight.list_seals(from_number bigint default null)
  returns setof oversight.seals
  language plpgsql stable
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  perform identity.require_administrator();
  return query
    select s.*
    from seals as s
    where s.number >= coalesce(list_seals.from_number, (select max(n.number) from seals as n where n.book = s.book))
    order by s.book, s.number;
end
$$;

comment on function oversight.list_seals is
  'The newest seal of each book, or all from a number on. For auditors and administrators.';
select shared_data.let_only('oversight.list_seals', 'twinbook_auditor', 'twinbook_admin');
