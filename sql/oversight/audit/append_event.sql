-- Appends an act that belongs to no portfolio to the log of the user whom it concerns; where it concerns none, to that
-- of who acts: the user, or the login, as login:NAME, which can be no username. Acts are in line per user, behind the
-- lock of that chain's end, until their transaction ends.

create function oversight.append_event(username text, operation text, details jsonb)
  returns void
  language plpgsql
  set search_path = oversight, pg_temp
as $$
declare
  me     constant text := identity.current_username(null);
  chain  constant text := coalesce(append_event.username, me, 'login:' || session_user);
  actor  constant text := coalesce(me, session_user);
  was    audit_heads;
  at     timestamptz;
  is_now bytea;
begin
  insert into audit_heads (username) values (chain) on conflict on constraint audit_heads_pkey do nothing;
  select h.* into was from audit_heads as h where h.username = chain for no key update;

  at     := clock_timestamp();
  is_now := checksum_of('oversight', chain, null, was.seq + 1, append_event.operation, actor, at,
                        append_event.details, was.head);

  insert into audit_log (username, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
  values (chain, was.seq + 1, append_event.operation, actor, append_event.details, is_now, was.head, at);

  update audit_heads as h
  set seq  = was.seq + 1,
      head = is_now
  where h.username = chain;
end
$$;

comment on function oversight.append_event is
  'Append an act that belongs to no portfolio to a user''s log; a null user is whoever acts.';
select shared_data.let_only('oversight.append_event', 'twinbook_engine');
