create trigger security_events_are_facts
  before update on oversight.security_events
  for each row
  when ((to_jsonb(old) - array['acknowledged_at', 'acknowledged_by', 'acknowledgement'])
        is distinct from (to_jsonb(new) - array['acknowledged_at', 'acknowledged_by', 'acknowledgement']))
  execute function shared_data.refuse_change('what was seen was seen');

create trigger security_events_are_acknowledged_once
  before update on oversight.security_events
  for each row
  when (old.acknowledged_at is not null)
  execute function shared_data.refuse_change('an acknowledgement stands');

create trigger security_events_are_never_removed
  before delete or truncate on oversight.security_events
  for each statement
  execute function shared_data.refuse_change('what was seen was seen');
