-- Whether each seal still is what it was: numbered without a gap, chained to the one before, its tree made of the ends
-- that are stored for it. Whether the chains still have those ends is what verify_book tells.
-- Raises TB403 not an administrator.

create function oversight.verify_seals()
  returns table (book text, number bigint, sealed_at timestamptz, is_intact boolean)
  language plpgsql stable
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  perform identity.require_administrator();
  return query
    select s.book, s.number, s.sealed_at,
           s.number = row_number() over chain
             and s.previous_digest is not distinct from lag(s.digest) over chain
             and s.digest = digest_of(s.book, s.number, s.sealed_at, s.chains, s.root, s.previous_digest)
             and s.chains = cardinality(l.leaves)
             and s.root = merkle_root(l.leaves)
    from seals as s
    cross join lateral (
      select array(select leaf_of(h.book, h.username, h.portfolio_id, h.seq, h.checksum)
                   from sealed_heads as h
                   where (h.book, h.seal) = (s.book, s.number)
                   order by h.place)
    ) as l (leaves)
    window chain as (partition by s.book order by s.number)
    order by s.book, s.number;
end
$$;

comment on function oversight.verify_seals is 'Whether each seal is what it was. For auditors and administrators.';
select shared_data.let_only('oversight.verify_seals', 'twinbook_auditor', 'twinbook_admin');
