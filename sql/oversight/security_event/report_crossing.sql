-- An application reports that a statement of its own session was refused, because it reached for the other book: the
-- error undid whatever that transaction could have written. It reports for the user that is set, and for nobody else.
-- Returns the event's id. Raises TB400 bad argument.

create function oversight.report_crossing(book text, statement_sha256 bytea)
  returns uuid
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  if (report_crossing.book in ('paper', 'live') and octet_length(statement_sha256) = 32) is not true then
    raise exception using
      errcode = 'TB400',
      message = 'which book, and which statement?',
      hint    = 'Give paper or live, the book that the session was in, and the sha256 of what it tried.';
  end if;

  return raise_security_event(
    identity.current_username(null), report_crossing.book, 'crossing',
    jsonb_build_object('statement_sha256', encode(statement_sha256, 'hex')));
end
$$;

comment on function oversight.report_crossing is
  'Report that a statement of one''s own was refused since it reached for the other book; returns the event''s id.';
select shared_data.let_only('oversight.report_crossing', 'twinbook_paper', 'twinbook_live');
