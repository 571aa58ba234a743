-- The money that an account at a broker was last read to have, by currency. Raises TB404 no such account, TB422 it is
-- inactive or was never read.

create function money_at_broker(username text, broker text, account text)
  returns jsonb
  language plpgsql
  set search_path from current
as $$
declare
  named identity.broker_accounts;
begin
  select b.* into named
  from identity.broker_accounts as b
  where (b.username, b.broker, b.account)
        = (money_at_broker.username, money_at_broker.broker, money_at_broker.account);

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('you have no account %s at %s', money_at_broker.account, money_at_broker.broker),
      hint    = 'twinbook broker add stores one.';
  end if;

  if not named.is_active or named.synced_at is null then
    raise exception using
      errcode = 'TB422',
      message = format('account %s at %s %s', named.account, named.broker,
                       case when named.is_active then 'was never read' else 'is inactive' end),
      hint    = 'twinbook broker add makes it active, twinbook broker sync --once reads it.';
  end if;

  return coalesce((select jsonb_object_agg(c.key, c.value ->> 'amount') from jsonb_each(named.cash) as c), '{}');
end
$$;

comment on function money_at_broker is 'The money that an account at a broker was last read to have, by currency.';
