-- The account that this worker holds, locked, for the user who is set. Raises TB403 the lease is over, or another's.

create function leased_account(worker text, broker text, account text)
  returns identity.broker_accounts
  language plpgsql
  set search_path from current
as $$
declare
  held identity.broker_accounts;
begin
  select b.* into held
  from identity.broker_accounts as b
  where (b.username, b.broker, b.account)
        = (identity.current_username(book()), leased_account.broker, leased_account.account)
  for no key update;

  if (held.leased_by = worker and held.leased_until > clock_timestamp()) is not true then
    raise exception using
      errcode = 'TB403',
      message = format('%s doesn''t hold account %s at %s', coalesce(worker, 'nobody'), leased_account.account,
                       leased_account.broker),
      hint    = 'A lease ended. Claim an account, then go on.';
  end if;

  return held;
end
$$;

comment on function leased_account is 'The account that this worker holds. Raises TB403.';
