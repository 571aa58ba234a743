-- The next number for a request of an account's key: it rises from worker to worker. Raises TB403 the lease is over.

create function next_nonce(worker text, broker text, account text, at_least bigint)
  returns bigint
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held   constant identity.broker_accounts := leased_account(worker, broker, account);
  number bigint;
begin
  update identity.broker_accounts as b
  set nonce = greatest(b.nonce + 1, at_least)
  where (b.username, b.broker, b.account) = (held.username, held.broker, held.account)
  returning b.nonce into number;
  return number;
end
$$;

comment on function next_nonce is 'The next number for a request of an account''s key. For the broker worker''s role.';
select let_only('next_nonce', 'twinbook_broker');
