-- Seals each book: the ends of all chains that have grown since its last seal become the leaves of one tree, whose root
-- and the last digest make the new one. Since that one covers the others, every chain is in it. Returns the new seals:
-- keep their digests elsewhere. One seals at a time; who trades meanwhile doesn't wait.
-- Raises TB403 not an administrator.

create function oversight.seal()
  returns setof oversight.seals
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  me    constant text := identity.require_administrator();
  grown sealed_heads[];
  last  seals;
  next  seals;
begin
  lock table seals in share row exclusive mode;

  foreach next.book in array array['live', 'oversight', 'paper'] loop
    select s.* into last from seals as s where s.book = next.book order by s.number desc limit 1;
    next.number := coalesce(last.number, 0) + 1;

    select coalesce(array_agg((g.username, g.book, g.portfolio_id, next.number, g.place, g.seq, g.checksum)::sealed_heads
                              order by g.place), '{}'::sealed_heads[])
    into grown
    from (
      select h.username, h.book, h.portfolio_id, h.seq, h.checksum,
             row_number() over (order by h.username collate "C", h.portfolio_id) as place
      from chain_heads as h
      left join lateral (
        select d.seq
        from sealed_heads as d
        where (d.username, d.book) = (h.username, h.book)
          and d.portfolio_id is not distinct from h.portfolio_id
        order by d.seal desc
        limit 1
      ) as was on true
      where h.book = next.book
        and h.seq > coalesce(was.seq, 0)
    ) as g;

    next.chains          := cardinality(grown);
    next.root            := merkle_root(array(
      select leaf_of(g.book, g.username, g.portfolio_id, g.seq, g.checksum) from unnest(grown) as g order by g.place));
    next.previous_digest := last.digest;
    next.sealed_by       := me;
    next.sealed_at       := clock_timestamp();
    next.digest          := digest_of(next.book, next.number, next.sealed_at, next.chains, next.root, last.digest);

    insert into seals select next.*;
    insert into sealed_heads select g.* from unnest(grown) as g;
    return next next;
  end loop;
end
$$;

comment on function oversight.seal is
  'Seal the ends of all audit chains: one digest a book, to be kept elsewhere. For administrators; run it hourly.';
select shared_data.let_only('oversight.seal', 'twinbook_admin');
