create trigger alarms_are_never_removed
  before delete or truncate on alarms
  for each statement
  execute function refuse_change('alarms are acknowledged, never deleted');

create trigger alarms_are_facts
  before update on alarms
  for each row
  when ((old.username, old.alarm_id, old.portfolio_id, old.kind, old.severity, old.order_id, old.details, old.raised_at)
     is distinct from
        (new.username, new.alarm_id, new.portfolio_id, new.kind, new.severity, new.order_id, new.details, new.raised_at)
     or old.acknowledged_at is not null)
  execute function refuse_change('what was alarming stays so; it can be acknowledged, once');
