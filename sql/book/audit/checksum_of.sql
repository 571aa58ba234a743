-- The checksum of an audit row. Hashed, never to change: the fields 1 (version), book, username, portfolio_id, seq,
-- operation, actor, occurred_at (UTC, microseconds), details, previous checksum in hex; each as its octet length, a colon,
-- and its UTF-8 bytes; null is a dash. details is hashed as Postgres prints the jsonb.

create function audit_field(value text)
  returns text
  language sql immutable parallel safe
  return coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-');

comment on function audit_field is 'A field as it is hashed: octet length, colon, bytes; a dash for null.';

create function checksum_of(
    username           text,
    portfolio_id       uuid,
    seq                bigint,
    operation          text,
    actor              text,
    occurred_at        timestamptz,
    details            jsonb,
    previous_checksum  bytea)
  returns bytea
  language plpgsql stable
  set search_path from current
as $$
begin
  return sha256(convert_to(
       audit_field('1')
    || audit_field(book())
    || audit_field(username)
    || audit_field(portfolio_id::text)
    || audit_field(seq::text)
    || audit_field(operation)
    || audit_field(actor)
    || audit_field(to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_field(details::text)
    || audit_field(encode(previous_checksum, 'hex')), 'UTF8'));
end
$$;

comment on function checksum_of is 'The sha256 of an audit row, chained to the row before it.';
grant execute on function audit_field, checksum_of to twinbook_engine, twinbook_auditor;
