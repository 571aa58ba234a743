-- Appends an act to its portfolio's audit log, at the head of the chain. The caller holds the portfolio's lock.

create function append_event(username text, portfolio_id uuid, operation text, actor text, details jsonb)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  with was as (
    select p.username, p.portfolio_id, p.audit_seq, p.audit_head, clock_timestamp() as at
    from portfolios as p
    where (p.username, p.portfolio_id) = (append_event.username, append_event.portfolio_id)
  ),
  is_now as (
    update portfolios as p
    set audit_seq  = was.audit_seq + 1,
        audit_head = checksum_of(was.username, was.portfolio_id, was.audit_seq + 1, append_event.operation,
                                 append_event.actor, was.at, append_event.details, was.audit_head)
    from was
    where (p.username, p.portfolio_id) = (was.username, was.portfolio_id)
    returning p.username, p.portfolio_id, p.audit_seq, p.audit_head, was.audit_head as previous, was.at
  )
  insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum,
                         occurred_at)
  select n.username, n.portfolio_id, n.audit_seq, append_event.operation, append_event.actor, append_event.details,
         n.audit_head, n.previous, n.at
  from is_now as n;
end
$$;

comment on function append_event is 'Append an act to a portfolio''s audit log.';
