-- Puts a task off, with what was in its way. Raises TB403 the lease is over, TB404 not visible.

create function defer_task(worker text, client_id uuid, message text, wait interval)
  returns void
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  locked record;
begin
  select * into locked from lock_sent(defer_task.worker, defer_task.client_id);

  update order_outbox as s
  set message    = coalesce(defer_task.message, s.message),
      not_before = now() + wait
  where (s.username, s.client_id) = ((locked.sent).username, defer_task.client_id);
end
$$;

comment on function defer_task is 'Put a task off, with what was in its way. For the broker worker''s role.';
select let_only('defer_task', 'twinbook_broker');
