-- Gives an account back, with what was used of its rate limits. Where something went wrong it is left alone for a
-- while, and says what it was.
-- Raises TB403 the lease is over.

create function release_account(
    worker    text,
    broker    text,
    account   text,
    error     text      default null,
    wait      interval  default '15 seconds',
    counters  jsonb     default null)
  returns void
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held constant identity.broker_accounts := leased_account(worker, broker, account);
begin
  update identity.broker_accounts as b
  set leased_by    = case when release_account.error is not null then worker end,
      leased_until = case when release_account.error is not null then clock_timestamp() + wait end,
      last_error   = release_account.error,
      counters     = coalesce(release_account.counters, b.counters)
  where (b.username, b.broker, b.account) = (held.username, held.broker, held.account);
end
$$;

comment on function release_account is 'Give an account back. For the broker worker''s role.';
select let_only('release_account', 'twinbook_broker');
