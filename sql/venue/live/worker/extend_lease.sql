-- Keeps an account for longer. Raises TB400 no time, TB403 the lease is over.

create function extend_lease(worker text, broker text, account text, lease interval default '60 seconds')
  returns void
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held constant identity.broker_accounts := leased_account(worker, broker, account);
begin
  if (lease > interval '0') is not true then
    raise exception using
      errcode = 'TB400',
      message = 'for how long?',
      hint    = 'lease is a time, such as ''60 seconds''.';
  end if;

  update identity.broker_accounts as b
  set leased_until = clock_timestamp() + lease
  where (b.username, b.broker, b.account) = (held.username, held.broker, held.account);
end
$$;

comment on function extend_lease is 'Keep an account for longer. For the broker worker''s role.';
select let_only('extend_lease', 'twinbook_broker');
