-- Users see no events, not even their own: whoever acts as one should not learn what was noticed. Their verbs add them.
select shared_data.close_table('oversight.security_events');

create policy security_events_are_raised_by_their_user on oversight.security_events
  to twinbook_owner
  using (username = coalesce((select identity.current_username(null)), ''));
