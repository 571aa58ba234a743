-- Whether the book is whole, one row a portfolio: the audit chain unbroken up to its head, and every balance, position,
-- order and hold equal to what the facts say. Sees what its caller may see.

create function verify()
  returns table (
    username               text,
    portfolio_id           uuid,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql
  set search_path from current
as $$
begin
  return query
  with links as (
    select a.username, a.portfolio_id, a.seq,
           a.seq = row_number() over chain
             and a.previous_checksum is not distinct from lag(a.checksum) over chain
             and a.checksum = checksum_of(a.username, a.portfolio_id, a.seq, a.operation, a.actor, a.occurred_at,
                                          a.details, a.previous_checksum) as holds
    from audit_log as a
    window chain as (partition by a.username, a.portfolio_id order by a.seq)
  ),
  chains as (
    select l.username, l.portfolio_id, count(*) as events, min(l.seq) filter (where not l.holds) as first_bad
    from links as l
    group by l.username, l.portfolio_id
  ),
  heads as (
    select p.username, p.portfolio_id, coalesce(c.events, 0) as events,
           coalesce(c.first_bad,
                    case when p.audit_seq <> coalesce(c.events, 0) or p.audit_head is distinct from a.checksum
                         then least(p.audit_seq, coalesce(c.events, 0)) + 1 end) as first_bad
    from portfolios as p
    left join chains as c using (username, portfolio_id)
    left join audit_log as a on (a.username, a.portfolio_id, a.seq) = (p.username, p.portfolio_id, p.audit_seq)
  )
  select h.username, h.portfolio_id, h.events,
         not exists (select from differences() as d where (d.username, d.portfolio_id) = (h.username, h.portfolio_id)),
         h.first_bad is null, h.first_bad
  from heads as h
  order by h.username, h.portfolio_id;
end
$$;

comment on function verify is 'Whether each portfolio''s chain is intact, and its state what its facts say.';
