-- The checksum of a row of this book's audit log: oversight.checksum_of, which says what is hashed.

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
  language sql stable
  return oversight.checksum_of(book(), username, portfolio_id, seq, operation, actor, occurred_at, details,
                               previous_checksum);

comment on function checksum_of is 'The sha256 of an audit row, chained to the row before it.';
grant execute on function checksum_of to twinbook_engine, twinbook_auditor;
