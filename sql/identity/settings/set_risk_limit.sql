-- Sets one's own limits in a currency; null lifts a limit. expected_version is null for the first time.
-- Raises TB400 bad argument, TB401 no user, TB404 unknown currency, TB409 stale version.

create function identity.set_risk_limit(
    currency            text,
    max_order_value     numeric  default null,
    max_position_value  numeric  default null,
    max_daily_loss      numeric  default null,
    expected_version    integer  default null)
  returns identity.risk_limits
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  me     text := identity.acting_user();
  limits risk_limits;
begin
  insert into risk_limits as r (username, currency, max_order_value, max_position_value, max_daily_loss)
  values (me, set_risk_limit.currency, set_risk_limit.max_order_value, set_risk_limit.max_position_value,
          set_risk_limit.max_daily_loss)
  on conflict on constraint risk_limits_pkey do update
  set max_order_value    = excluded.max_order_value,
      max_position_value = excluded.max_position_value,
      max_daily_loss     = excluded.max_daily_loss,
      version            = r.version + 1,
      updated_at         = now()
  where r.version = set_risk_limit.expected_version
  returning r.* into limits;

  if not found then
    raise exception using
      errcode = 'TB409',
      message = format(case when set_risk_limit.expected_version is null then 'you have limits in %s already'
                            else 'your limits in %s have changed' end, set_risk_limit.currency),
      hint    = 'Pass the version that identity.risk_limits has, and `twinbook limits show` shows, as expected_version.';
  end if;

  perform oversight.append_event(me, 'risk_limit_set', jsonb_strip_nulls(jsonb_build_object(
    'currency',           limits.currency,
    'max_order_value',    shared_data.plain(limits.max_order_value),
    'max_position_value', shared_data.plain(limits.max_position_value),
    'max_daily_loss',     shared_data.plain(limits.max_daily_loss),
    'version',            limits.version::text)));
  return limits;
exception
  when foreign_key_violation then
    raise exception using errcode = 'TB404', message = format('there is no currency %s', set_risk_limit.currency);
  when check_violation or not_null_violation then
    raise exception using
      errcode = 'TB400',
      message = 'a limit is a sum above zero, or null for none',
      detail  = sqlerrm;
end
$$;

comment on function identity.set_risk_limit is 'Set one''s own risk limits in a currency; they hold in both books.';
select shared_data.let_only('identity.set_risk_limit', 'twinbook_paper', 'twinbook_live');
