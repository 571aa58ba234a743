-- The Merkle tree of RFC 6962: a leaf is sha256 of a zero byte and what it holds, a node sha256 of a one byte and its
-- two children; a child without a sibling goes up as it is.

-- The leaf for the end of a chain. Hashed, after the zero byte: the fields 1 (version), book, username, portfolio_id,
-- seq and checksum in hex, as oversight.checksum_of puts them.
create function oversight.leaf_of(book text, username text, portfolio_id uuid, seq bigint, checksum bytea)
  returns bytea
  language plpgsql immutable parallel safe
  set search_path = oversight, pg_temp
as $$
declare
  id     constant text := portfolio_id::text;
  number constant text := seq::text;
  hex    constant text := encode(checksum, 'hex');
begin
  return sha256('\x00'::bytea || convert_to(concat(
    '1:1',
    octet_length(book), ':', book,
    octet_length(username), ':', username,
    coalesce(octet_length(id) || ':' || id, '-'),
    octet_length(number), ':', number,
    octet_length(hex), ':', hex), 'UTF8'));
end
$$;

-- The level above another one.
create function oversight.merkle_above(level bytea[])
  returns bytea[]
  language plpgsql immutable parallel safe
  set search_path = oversight, pg_temp
as $$
begin
  return array(
    select case when 2 * n > cardinality(level) then level[2 * n - 1]
                else sha256('\x01'::bytea || level[2 * n - 1] || level[2 * n]) end
    from generate_series(1, (cardinality(level) + 1) / 2) as n
    order by n);
end
$$;

create function oversight.merkle_root(leaves bytea[])
  returns bytea
  language plpgsql immutable parallel safe
  set search_path = oversight, pg_temp
as $$
declare
  level bytea[] := leaves;
begin
  while cardinality(level) > 1 loop
    level := merkle_above(level);
  end loop;
  return coalesce(level[1], sha256(''));
end
$$;

-- The way from a leaf up to the root: at each step the sibling's hash, and the side that it stands on.
create function oversight.merkle_path(leaves bytea[], place bigint)
  returns jsonb
  language plpgsql immutable parallel safe
  set search_path = oversight, pg_temp
as $$
declare
  level   bytea[] := leaves;
  at      bigint  := place;
  sibling bigint;
  path    jsonb   := jsonb_build_array();
begin
  while cardinality(level) > 1 loop
    sibling := at + case at % 2 when 1 then 1 else -1 end;
    if sibling <= cardinality(level) then
      path := path || jsonb_build_object(case at % 2 when 1 then 'right' else 'left' end, encode(level[sibling], 'hex'));
    end if;
    level := merkle_above(level);
    at    := (at + 1) / 2;
  end loop;
  return path;
end
$$;

comment on function oversight.leaf_of      is 'The leaf of a seal''s tree for the end of a chain.';
comment on function oversight.merkle_above is 'The level above another one in a Merkle tree.';
comment on function oversight.merkle_root  is 'The Merkle tree hash of RFC 6962; of no leaves, sha256 of nothing.';
comment on function oversight.merkle_path  is 'The way from a leaf to the root: the siblings, and their sides.';
select shared_data.let_only('oversight.leaf_of',      'twinbook_engine', 'twinbook_auditor');
select shared_data.let_only('oversight.merkle_above', 'twinbook_engine', 'twinbook_auditor');
select shared_data.let_only('oversight.merkle_root',  'twinbook_engine', 'twinbook_auditor');
select shared_data.let_only('oversight.merkle_path',  'twinbook_engine', 'twinbook_auditor');
