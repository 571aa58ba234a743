-- Whether the book is whole, one row a portfolio: the audit chain unbroken up to its head, and through every end that
-- was sealed; every order, trade, position and balance equal to what the chain's events rebuild, and to what the facts
-- say. Onward, only what came after each chain's verified point is walked, and only what has grown since is rebuilt.
-- Sees what its caller may see.

create function verify(is_onward boolean default false)
  returns table (
    username               text,
    portfolio_id           uuid,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql stable -- of one moment, whatever is traded meanwhile
  set search_path from current
  set enable_nestloop = off -- a large portfolio must not be joined row by row
  set enable_sort = off     -- nor its events be sorted to be summed
  set jit = off             -- compiling so many expressions costs more than it saves
as $$
declare
  wrong uuid[] := '{}'::uuid[];
begin
  if not is_onward then
    wrong := array(select d.portfolio_id from differences() as d);
  end if;

  return query
  with starts as (
    select p.username, p.portfolio_id, p.audit_seq, p.audit_head, coalesce(v.seq, 0) as after, v.checksum as known,
           not is_onward or p.audit_head is distinct from v.checksum as is_rebuilt,
           oversight.beginning_of(book(), p.username, p.portfolio_id::text) as beginning
    from portfolios as p
    left join oversight.verified as v
      on is_onward and (v.username, v.book, v.portfolio_id) = (p.username, book(), p.portfolio_id)
  ),
  -- Portfolio by portfolio, so that an event is read once, and what is joined, sorted and summed is as large as a
  -- portfolio and no larger. A chain is walked in the order of its index. An offset of nothing keeps what is computed
  -- once from being computed wherever it is used.
  walks as (
    select s.*, s.after + walked.events as events, walked.first_bad, rebuilt.departs
    from starts as s
    cross join lateral (
      select count(*) as events, min(l.seq) filter (where not l.holds) as first_bad
      from (
        select o.seq,
               o.is_own
                 and o.seq = s.after + row_number() over chain
                 and o.previous_checksum is not distinct from lag(o.checksum, 1, s.known) over chain as holds
        from (
          select t.seq, t.checksum, t.previous_checksum,
                 t.checksum = oversight.checksum_of_texts(s.beginning, t.number, t.operation, t.actor, t.moment,
                                                          t.facts, t.previous) as is_own
          from (
            select a.seq, a.operation, a.actor, a.checksum, a.previous_checksum, a.seq::text as number,
                   moment(a.occurred_at) as moment, a.details::text as facts,
                   encode(a.previous_checksum, 'hex') as previous
            from audit_log as a
            where a.username = s.username
              and a.portfolio_id = s.portfolio_id
              and a.seq > s.after
            order by a.seq
            offset 0
          ) as t
          order by t.seq
          offset 0
        ) as o
        window chain as (order by o.seq)
      ) as l
    ) as walked
    cross join lateral (
      select count(*) > 0 as departs
      from (
        select
        from departures as d
        where d.username = s.username
          and d.portfolio_id = s.portfolio_id
          and s.is_rebuilt
        offset 0
      ) as d
    ) as rebuilt
  ),
  -- What a chain is known to have held: where it was verified, and where it was sealed.
  known as (
    select s.username, s.portfolio_id, s.after as seq, s.known as checksum from starts as s where s.after > 0
    union all
    select d.username, d.portfolio_id, d.seq, d.checksum from oversight.sealed_heads as d where d.book = book()
  ),
  missed as (
    select k.username, k.portfolio_id, min(k.seq) as seq
    from known as k
    where k.checksum is distinct from (
      select a.checksum
      from audit_log as a
      where (a.username, a.portfolio_id, a.seq) = (k.username, k.portfolio_id, k.seq))
    group by k.username, k.portfolio_id
  ),
  heads as (
    select w.username, w.portfolio_id, w.events, w.departs,
           least(w.first_bad, case when m.seq is not null then least(m.seq, w.events + 1) end,
                 case when w.audit_seq <> w.events or w.audit_head is distinct from (
                             select a.checksum
                             from audit_log as a
                             where (a.username, a.portfolio_id, a.seq) = (w.username, w.portfolio_id, w.audit_seq))
                      then least(w.audit_seq, w.events) + 1 end) as first_bad
    from walks as w
    left join missed as m using (username, portfolio_id)
  )
  select h.username, h.portfolio_id, h.events, not h.departs and h.portfolio_id <> all (wrong), h.first_bad is null,
         h.first_bad
  from heads as h
  order by h.username, h.portfolio_id;
end
$$;

comment on function verify is
  'Whether each portfolio''s chain is intact, and its state what its events and its facts say; in full, or onward from '
  'what was verified.';
