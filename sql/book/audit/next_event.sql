-- The audit row of an act on an order, chained to the row before it; the caller stores it under the portfolio's lock.

create function next_event(target orders, previous audit_log, operation text, actor text, details jsonb)
  returns audit_log
  language plpgsql
  set search_path from current
as $$
declare
  event audit_log;
begin
  event.username          := target.username;
  event.portfolio_id      := target.portfolio_id;
  event.seq               := previous.seq + 1;
  event.operation         := next_event.operation;
  event.actor             := next_event.actor;
  event.details           := next_event.details;
  event.previous_checksum := previous.checksum;
  event.occurred_at       := clock_timestamp();
  event.checksum          := checksum_of(event.username, event.portfolio_id, event.seq, event.operation, event.actor,
                                         event.occurred_at, event.details, event.previous_checksum);
  return event;
end
$$;

comment on function next_event is 'The audit row of an act on an order, chained to the row before it.';
