-- Auditors read; what runs as the owner appends for who acts, and for no other. Users' logins don't come here.
select shared_data.close_table('oversight.audit_heads');
select shared_data.close_table('oversight.audit_log');

create policy audit_heads_are_of_who_acts on oversight.audit_heads to twinbook_owner
  using (username = (select coalesce(identity.current_username(null), 'login:' || session_user)));
create policy audit_log_is_of_who_acts on oversight.audit_log to twinbook_owner
  using (username = (select coalesce(identity.current_username(null), 'login:' || session_user)));
