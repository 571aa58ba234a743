-- Stores how to reach one's account at a broker, or replaces how. The credentials come encrypted: the database never
-- has the key. An account that was inactive is active again.
-- Raises TB400 bad argument, TB401 no user, TB409 stale version, TB422 the account is of the other environment.

create function identity.add_broker(
    broker            text,
    account           text,
    environment       text,
    credentials       text,
    address           text     default null,
    choices           jsonb    default '{}',
    expected_version  integer  default null)
  returns identity.broker_accounts
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  me    constant text := identity.acting_user();
  named broker_accounts;
begin
  select b.* into named
  from broker_accounts as b
  where (b.username, b.broker, b.account) = (me, add_broker.broker, add_broker.account)
  for update;

  if found and named.environment <> add_broker.environment then
    raise exception using
      errcode = 'TB422',
      message = format('account %s at %s is of the %s environment', named.account, named.broker, named.environment),
      hint    = 'A sandbox account never becomes a production one: give the other''s own number.';
  end if;

  if found and add_broker.expected_version is not null then
    perform shared_data.expect_version(format('account %s at %s', named.account, named.broker), named.version,
                                       add_broker.expected_version);
  end if;

  insert into broker_accounts as b (username, broker, account, environment, address, credentials, choices)
  values (me, add_broker.broker, add_broker.account, add_broker.environment, add_broker.address,
          add_broker.credentials, add_broker.choices)
  on conflict on constraint broker_accounts_pkey do update
  set address     = excluded.address,
      credentials = excluded.credentials,
      choices     = excluded.choices,
      is_active   = true,
      last_error  = null,
      version     = b.version + 1,
      updated_at  = now()
  returning b.* into named;

  perform oversight.append_event(me, 'broker_added', jsonb_strip_nulls(jsonb_build_object(
    'broker', named.broker, 'account', named.account, 'environment', named.environment, 'address', named.address,
    'version', named.version::text)));
  return named;
exception
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = 'this account can''t be stored',
      detail  = sqlerrm,
      hint    = 'broker is a broker''s name in lower case, environment sandbox or production, credentials a Fernet '
                'token, address https://host. The command line encrypts: twinbook broker add.';
end
$$;

comment on function identity.add_broker is
  'Store how to reach one''s account at a broker, with credentials that the client has encrypted.';
select shared_data.let_only('identity.add_broker', 'twinbook_paper', 'twinbook_live');
