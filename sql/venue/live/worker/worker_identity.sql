-- Who a worker acts for in an account that it holds: the user's name, or where the identity is signed a token of his
-- for the live book, which is this login's alone and lives for some minutes. Raises TB403 the lease is over, or
-- another's.

create function worker_identity(worker text, username text, broker text, account text)
  returns text
  language plpgsql
  security definer
  set search_path from current
as $$
begin
  if not exists (
    select from identity.broker_accounts as b
    where (b.username, b.broker, b.account)
          = (worker_identity.username, worker_identity.broker, worker_identity.account)
      and b.leased_by = worker
      and b.leased_until > clock_timestamp()) then
    raise exception using
      errcode = 'TB403',
      message = format('%s doesn''t hold account %s at %s', worker, worker_identity.account, worker_identity.broker),
      hint    = 'A lease ended. Claim an account, then go on.';
  end if;

  return case (select c.kind from identity.chosen_identity as c)
           when 'signed' then identity.mint_token(worker_identity.username, 'live', login => session_user)
           else worker_identity.username end;
end
$$;

comment on function worker_identity is
  'Who a worker acts for in an account that it holds: a name, or a short token. For the broker worker''s role.';
select let_only('worker_identity', 'twinbook_broker');
