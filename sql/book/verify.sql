-- Whether the book is whole, one row a portfolio: the audit chain unbroken up to its head; every order, trade, position
-- and balance equal to what the chain's events rebuild, and to what the facts say. Sees what its caller may see.

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
  with own as materialized (
    select a.username, a.portfolio_id, a.seq, a.checksum, a.previous_checksum,
           a.checksum = checksum_of(a.username, a.portfolio_id, a.seq, a.operation, a.actor, a.occurred_at,
                                    a.details, a.previous_checksum) as is_own
    from audit_log as a
  ),
  links as (
    select o.username, o.portfolio_id, o.seq,
           o.is_own
             and o.seq = row_number() over chain
             and o.previous_checksum is not distinct from lag(o.checksum) over chain as holds
    from own as o
    window chain as (partition by o.username, o.portfolio_id order by o.seq)
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
  ),
  wrong as materialized (
    select d.username, d.portfolio_id from departures as d
    union
    select d.username, d.portfolio_id from differences() as d
  )
  select h.username, h.portfolio_id, h.events, w.username is null, h.first_bad is null, h.first_bad
  from heads as h
  left join wrong as w using (username, portfolio_id)
  order by h.username, h.portfolio_id;
end
$$;

comment on function verify is
  'Whether each portfolio''s chain is intact, and its state what its events and its facts say.';
