-- What proves a portfolio's acts to somebody without this database, a line each: whose it is; the seals from the one
-- that last took this chain in to the newest; where the chain is in that one's tree; every event, with details as they
-- were hashed. Of oversight it is a user's chain, and no portfolio. docs/audit.md says how to check it.
-- Raises TB400 unknown book, TB403 not an administrator, TB404 no such chain.

create function oversight.export_evidence(book text, username text, portfolio text default null)
  returns table (line jsonb)
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  id     uuid;
  head   record;
  sealed sealed_heads;
begin
  perform identity.require_administrator();

  if export_evidence.book in ('paper', 'live', 'oversight') is not true
    or (export_evidence.book = 'oversight') <> (export_evidence.portfolio is null) then
    raise exception using
      errcode = 'TB400',
      message = format('there is no such chain in a book %s', export_evidence.book),
      hint    = 'The books are paper and live, with a portfolio; oversight is the log outside them, without one.';
  end if;

  id := case export_evidence.book
    when 'paper' then (select p.portfolio_id from paper_trading.portfolios as p
                       where (p.username, p.name) = (export_evidence.username, export_evidence.portfolio))
    when 'live'  then (select p.portfolio_id from live_trading.portfolios as p
                       where (p.username, p.name) = (export_evidence.username, export_evidence.portfolio)) end;

  select h.seq, h.checksum into head
  from chain_heads as h
  where (h.book, h.username) = (export_evidence.book, export_evidence.username)
    and h.portfolio_id is not distinct from id;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('%s has no such chain in %s', export_evidence.username, export_evidence.book),
      hint    = 'Name the user, and a portfolio of his in that book.';
  end if;

  select d.* into sealed
  from sealed_heads as d
  where (d.book, d.username) = (export_evidence.book, export_evidence.username)
    and d.portfolio_id is not distinct from id
  order by d.seal desc
  limit 1;

  return query
  select jsonb_build_object('twinbook', 'evidence', 'version', '1', 'book', export_evidence.book,
                            'username', export_evidence.username, 'portfolio_id', id,
                            'portfolio', export_evidence.portfolio, 'events', head.seq::text,
                            'head', encode(head.checksum, 'hex'),
                            'exported_at', shared_data.moment(clock_timestamp()));
  return query
  select jsonb_build_object('seal', seal_told(s))
  from seals as s
  where s.book = export_evidence.book
    and s.number >= sealed.seal
  order by s.number;

  return query
  select jsonb_build_object('sealed', jsonb_build_object(
           'seal', sealed.seal::text, 'seq', sealed.seq::text, 'checksum', encode(sealed.checksum, 'hex'),
           'path', merkle_path(array(
             select leaf_of(h.book, h.username, h.portfolio_id, h.seq, h.checksum)
             from sealed_heads as h
             where (h.book, h.seal) = (sealed.book, sealed.seal)
             order by h.place), sealed.place)))
  where sealed.seal is not null;

  return query
  select jsonb_build_object('event', jsonb_build_object(
           'seq', a.seq::text, 'operation', a.operation, 'actor', a.actor,
           'occurred_at', shared_data.moment(a.occurred_at), 'details', a.details::text,
           'previous_checksum', encode(a.previous_checksum, 'hex'), 'checksum', encode(a.checksum, 'hex')))
  from central_audit_log as a
  where (a.book, a.username) = (export_evidence.book, export_evidence.username)
    and a.portfolio_id is not distinct from id
  order by a.seq;
end
$$;

comment on function oversight.export_evidence is
  'What proves a portfolio''s acts without this database, a line each. For auditors and administrators.';
select shared_data.let_only('oversight.export_evidence', 'twinbook_auditor', 'twinbook_admin');
