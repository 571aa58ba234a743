-- Whether the log outside the books is whole, one row a chain: unbroken up to its end, and through every end that was
-- sealed. What it tells of is nobody's balance, so nothing is rebuilt.

create function oversight.verify_log()
  returns table (
    username               text,
    portfolio_id           uuid,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql stable
  set search_path = oversight, pg_temp
as $$
begin
  return query
  with own as materialized (
    select a.username, a.seq, a.checksum, a.previous_checksum,
           a.checksum = checksum_of('oversight', a.username, null, a.seq, a.operation, a.actor, a.occurred_at, a.details,
                                    a.previous_checksum) as is_own
    from audit_log as a
  ),
  links as (
    select o.username, o.seq,
           o.is_own
             and o.seq = row_number() over chain
             and o.previous_checksum is not distinct from lag(o.checksum) over chain as holds
    from own as o
    window chain as (partition by o.username order by o.seq)
  ),
  chains as (
    select l.username, count(*) as events, min(l.seq) filter (where not l.holds) as first_bad
    from links as l
    group by l.username
  ),
  known as (
    select d.username, d.seq, d.checksum from sealed_heads as d where d.book = 'oversight'
  ),
  missed as (
    select k.username, min(k.seq) as seq
    from known as k
    left join audit_log as a on (a.username, a.seq) = (k.username, k.seq)
    where a.checksum is distinct from k.checksum
    group by k.username
  ),
  ends as (
    select coalesce(h.username, c.username, m.username) as username, coalesce(c.events, 0) as events,
           least(c.first_bad, case when m.seq is not null then least(m.seq, coalesce(c.events, 0) + 1) end,
                 case when h.seq is distinct from coalesce(c.events, 0) or h.head is distinct from a.checksum
                      then least(h.seq, coalesce(c.events, 0)) + 1 end) as first_bad
    from audit_heads as h
    full join chains as c on c.username = h.username
    full join missed as m on m.username = coalesce(h.username, c.username)
    left join audit_log as a on (a.username, a.seq) = (h.username, h.seq)
  )
  select e.username, null::uuid, e.events, null::boolean, e.first_bad is null, e.first_bad
  from ends as e
  order by e.username;
end
$$;

comment on function oversight.verify_log is 'Whether the chains of the log outside the books are intact.';
select shared_data.let_only('oversight.verify_log', 'twinbook_engine');
