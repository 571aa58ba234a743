-- Adds an instrument. Stocks close at 16:00 in New York on weekdays, what trades round the clock at UTC midnight.
-- Raises TB400 bad argument, TB404 unknown currency, TB422 it is there already.

create function shared_data.add_instrument(
    symbol          text,
    asset_class     text,
    currency        text,
    price_decimals  integer     default 2,
    size_decimals   integer     default 0,
    name            text        default null,
    base_currency   text        default null,
    tick            numeric     default null,
    lot             numeric     default null,
    multiplier      numeric     default 1,
    closes_at       time        default null,
    timezone        text        default null,
    trading_days    integer[]   default null,
    stop_trigger    text        default 'last',
    is_shortable    boolean     default true,
    venue           text        default '')
  returns shared_data.instruments
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  never_closes constant boolean := add_instrument.asset_class in ('crypto', 'currency');
  added instruments;
begin
  if add_instrument.asset_class = 'option' then
    raise exception using
      errcode = 'TB400',
      message = 'options aren''t known yet',
      hint    = 'Equities, ETFs, crypto and currencies are.';
  end if;

  if not exists (select from pg_timezone_names as z where z.name = coalesce(add_instrument.timezone, 'UTC')) then
    raise exception using
      errcode = 'TB400',
      message = format('there is no time zone %s', add_instrument.timezone),
      hint    = 'Use a name such as America/New_York or UTC.';
  end if;

  insert into instruments (symbol, name, asset_class, currency, base_currency, tick, lot, multiplier,
                           closes_at, timezone, trading_days, stop_trigger, is_shortable, venue)
  values (
    add_instrument.symbol, add_instrument.name, add_instrument.asset_class, add_instrument.currency,
    add_instrument.base_currency,
    trim_scale(coalesce(add_instrument.tick, 10.0 ^ -add_instrument.price_decimals)),
    trim_scale(coalesce(add_instrument.lot, 10.0 ^ -add_instrument.size_decimals)),
    add_instrument.multiplier,
    coalesce(add_instrument.closes_at,    case when never_closes then time '00:00' else time '16:00' end),
    coalesce(add_instrument.timezone,     case when never_closes then 'UTC' else 'America/New_York' end),
    coalesce(add_instrument.trading_days,
             case when never_closes then '{1,2,3,4,5,6,7}' else '{1,2,3,4,5}'::integer[] end),
    add_instrument.stop_trigger, add_instrument.is_shortable, add_instrument.venue)
  returning * into added;

  return added;
exception
  when unique_violation then
    raise exception using
      errcode = 'TB422',
      message = format('instrument %s is there already', add_instrument.symbol),
      hint    = 'Its terms are final.';
  when foreign_key_violation then
    raise exception using
      errcode = 'TB404',
      message = 'there is no such currency',
      detail  = sqlerrm,
      hint    = 'Add it with shared_data.add_currency.';
  when check_violation or not_null_violation or data_exception then
    raise exception using
      errcode = 'TB400',
      message = format('instrument %s can''t be added', add_instrument.symbol),
      detail  = sqlerrm,
      hint    = 'Crypto and currencies need a base_currency, others have none; tick, lot and multiplier are '
                'above zero.';
end
$$;

comment on function shared_data.add_instrument is
  'Add an instrument: tick and lot come from price_decimals and size_decimals unless given. For market data''s role.';
select shared_data.let_only('shared_data.add_instrument', 'twinbook_market_data');
