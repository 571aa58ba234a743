-- Makes one's account at a broker inactive: no worker takes it any more, and no order leaves for it.
-- Raises TB401 no user, TB404 not visible.

create function identity.drop_broker(broker text, account text)
  returns identity.broker_accounts
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  me    constant text := identity.acting_user();
  named broker_accounts;
begin
  update broker_accounts as b
  set is_active  = false,
      version    = b.version + 1,
      updated_at = now()
  where (b.username, b.broker, b.account) = (me, drop_broker.broker, drop_broker.account)
  returning b.* into named;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('you have no account %s at %s', drop_broker.account, drop_broker.broker),
      hint    = 'select broker, account, environment, is_active from identity.broker_accounts;';
  end if;

  perform oversight.append_event(me, 'broker_dropped', jsonb_build_object(
    'broker', named.broker, 'account', named.account, 'version', named.version::text));
  return named;
end
$$;

comment on function identity.drop_broker is 'Make one''s account at a broker inactive; what is known of it stays.';
select shared_data.let_only('identity.drop_broker', 'twinbook_paper', 'twinbook_live');
