-- The digest of a seal. Hashed, never to change: the fields 1 (version), seal, book, number, sealed_at (UTC,
-- microseconds), chains, root in hex, previous digest in hex, as oversight.checksum_of puts them; null, which only the
-- first seal's previous digest is, is a dash.

create function oversight.digest_of(
    book             text,
    number           bigint,
    sealed_at        timestamptz,
    chains           bigint,
    root             bytea,
    previous_digest  bytea)
  returns bytea
  language plpgsql stable parallel safe
  set search_path = oversight, pg_temp
as $$
declare
  place    constant text := number::text;
  moment   constant text := shared_data.moment(sealed_at);
  count    constant text := chains::text;
  top      constant text := encode(root, 'hex');
  previous constant text := encode(previous_digest, 'hex');
begin
  return sha256(convert_to(concat(
    '1:1', '4:seal',
    octet_length(book), ':', book,
    octet_length(place), ':', place,
    octet_length(moment), ':', moment,
    octet_length(count), ':', count,
    octet_length(top), ':', top,
    coalesce(octet_length(previous) || ':' || previous, '-')), 'UTF8'));
end
$$;

comment on function oversight.digest_of is 'The sha256 of a seal, chained to the seal before it.';
select shared_data.let_only('oversight.digest_of', 'twinbook_engine', 'twinbook_auditor');
