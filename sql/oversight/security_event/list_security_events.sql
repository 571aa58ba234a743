-- Security events, the newest first; those not yet acknowledged unless all are asked for. Raises TB403.

create function oversight.list_security_events(even_acknowledged boolean default false)
  returns setof oversight.security_events
  language plpgsql stable
  security definer
  set search_path = oversight, pg_temp
as $$
begin
  perform identity.require_administrator();
  return query
    select e.*
    from security_events as e
    where e.acknowledged_at is null or even_acknowledged
    order by e.occurred_at desc, e.event_id desc;
end
$$;

comment on function oversight.list_security_events is
  'Security events, the newest first; those not yet acknowledged, unless all are asked for. For administrators.';
select shared_data.let_only('oversight.list_security_events', 'twinbook_admin');
