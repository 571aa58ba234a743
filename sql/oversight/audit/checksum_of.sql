-- The checksum of an event, the one definition for every log. Hashed, never to change: the fields 1 (version), book
-- (paper, live, or oversight), username, portfolio_id, seq, operation, actor, occurred_at (UTC, microseconds), details,
-- previous checksum in hex; each as its octet length, a colon, and its UTF-8 bytes; null is a dash: a first row's
-- previous checksum, and the portfolio of what has none. details is hashed as Postgres prints the jsonb. The
-- database's encoding is UTF-8. docs/audit.md has it byte by byte.

-- Of fields that are text already, and of what all events of a chain begin with, packed. Where a query makes these, and
-- once each, they become a part of it: a chain is walked in two thirds of the time.
create function oversight.beginning_of(book text, username text, portfolio_id text)
  returns text
  language sql stable parallel safe
  return concat(
    '1:1',
    octet_length(book), ':', book,
    octet_length(username), ':', username,
    coalesce(octet_length(portfolio_id) || ':' || portfolio_id, '-'));

create function oversight.checksum_of_texts(
    beginning    text,
    seq          text,
    operation    text,
    actor        text,
    occurred_at  text,
    details      text,
    previous     text)
  returns bytea
  language sql stable parallel safe
  return sha256(convert_to(concat(
    beginning,
    octet_length(seq), ':', seq,
    octet_length(operation), ':', operation,
    octet_length(actor), ':', actor,
    octet_length(occurred_at), ':', occurred_at,
    octet_length(details), ':', details,
    coalesce(octet_length(previous) || ':' || previous, '-')), 'UTF8'));

create function oversight.checksum_of(
    book               text,
    username           text,
    portfolio_id       uuid,
    seq                bigint,
    operation          text,
    actor              text,
    occurred_at        timestamptz,
    details            jsonb,
    previous_checksum  bytea)
  returns bytea
  language plpgsql stable parallel safe
  set search_path = oversight, pg_temp
as $$
declare
  id       constant text := portfolio_id::text;
  number   constant text := seq::text;
  moment   constant text := to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  facts    constant text := details::text;
  previous constant text := encode(previous_checksum, 'hex');
begin
  return checksum_of_texts(beginning_of(book, username, id), number, operation, actor, moment, facts, previous);
end
$$;

comment on function oversight.checksum_of is
  'The sha256 of an event of any log, chained to the one before it. docs/audit.md says which bytes.';
comment on function oversight.beginning_of is 'What the hashed bytes of all events of a chain begin with.';
comment on function oversight.checksum_of_texts is 'checksum_of, of fields that are text already.';
select shared_data.let_only('oversight.checksum_of', 'twinbook_engine', 'twinbook_auditor');
select shared_data.let_only('oversight.beginning_of', 'twinbook_engine', 'twinbook_auditor');
select shared_data.let_only('oversight.checksum_of_texts', 'twinbook_engine', 'twinbook_auditor');
