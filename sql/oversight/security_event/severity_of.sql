-- How severe an event is, by how often its user had one of its kind within the hour, itself included: LOW at first,
-- MEDIUM from the second, HIGH from the fourth, CRITICAL from the tenth. A crossing into the other book is never LOW,
-- since no slip of a user's can make one.

create function oversight.severity_of(kind text, times bigint)
  returns text
  language plpgsql immutable
  set search_path = oversight, pg_temp
as $$
begin
  return case when times >= 10 then 'CRITICAL'
              when times >= 4 then 'HIGH'
              when times >= 2 or kind = 'crossing' then 'MEDIUM'
              else 'LOW' end;
end
$$;

comment on function oversight.severity_of is 'How severe an event is that came this often within the hour.';
select shared_data.let_only('oversight.severity_of', 'twinbook_engine');
