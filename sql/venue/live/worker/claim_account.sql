-- Gives a worker one account that has work, or wasn't read for a while, and nobody else has, for so long. Accounts
-- that were made inactive are served while something of theirs is open. No row where nothing is to be done.
-- Raises TB400 a worker without a name, or no time.

create function claim_account(
    worker       text,
    lease        interval  default '60 seconds',
    every        interval  default '30 seconds',
    only_broker  text      default null,
    only_user    text      default null)
  returns setof identity.broker_accounts
  language plpgsql
  security definer
  set search_path from current
as $$
begin
  if coalesce(trim(worker), '') = '' or (lease > interval '0') is not true then
    raise exception using
      errcode = 'TB400',
      message = 'who claims it, and for how long?',
      hint    = 'worker is a name of the process''s own, lease a time.';
  end if;

  return query
  update identity.broker_accounts as b
  set leased_by    = worker,
      leased_until = clock_timestamp() + lease
  where (b.username, b.broker, b.account) = (
    select a.username, a.broker, a.account
    from identity.broker_accounts as a
    cross join lateral (
      select bool_or(s.not_before <= now()) as is_due
      from order_outbox as s
      where (s.username, s.broker, s.account) = (a.username, a.broker, a.account)
        and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
    ) as waiting
    where (a.leased_until is null or a.leased_until <= clock_timestamp()
           or (a.leased_by = worker and a.last_error is null))
      and (a.is_active or waiting.is_due is not null)
      and (waiting.is_due or coalesce(a.synced_at, '-infinity') <= now() - every)
      and (only_broker is null or a.broker = only_broker)
      and (only_user is null or a.username = only_user)
    order by waiting.is_due desc nulls last, a.synced_at nulls first, a.username, a.broker, a.account
    limit 1
    for no key update of a skip locked)
  returning b.*;
end
$$;

comment on function claim_account is
  'Give a worker an account that has work and that nobody has. For the broker worker''s role.';
select let_only('claim_account', 'twinbook_broker');
