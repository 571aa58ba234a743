-- Adds an instrument. Stocks close at 16:00 in New York on weekdays, what trades round the clock at UTC midnight.
-- An option is of so many units of an underlying, 100 unless told otherwise.
-- Raises TB400 bad argument, TB404 unknown currency or underlying, TB422 it is there already.

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
    multiplier      numeric     default null,
    closes_at       time        default null,
    timezone        text        default null,
    trading_days    integer[]   default null,
    stop_trigger    text        default 'last',
    is_shortable    boolean     default true,
    venue           text        default '',
    underlying      text        default null,
    option_type     text        default null,
    strike          numeric     default null,
    expiry          date        default null)
  returns shared_data.instruments
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  never_closes constant boolean := add_instrument.asset_class in ('crypto', 'currency');
  added instruments;
begin
  if add_instrument.asset_class = 'option' and exists (
    select from instruments as i
    where i.symbol = add_instrument.underlying
      and (i.currency <> add_instrument.currency or i.asset_class not in ('equity', 'etf', 'index'))) then
    raise exception using
      errcode = 'TB400',
      message = format('%s can''t be the underlying of an option in %s', add_instrument.underlying,
                       add_instrument.currency),
      hint    = 'It is an equity, an ETF or an index in the same currency.';
  end if;

  if not exists (select from pg_timezone_names as z where z.name = coalesce(add_instrument.timezone, 'UTC')) then
    raise exception using
      errcode = 'TB400',
      message = format('there is no time zone %s', add_instrument.timezone),
      hint    = 'Use a name such as America/New_York or UTC.';
  end if;

  insert into instruments (symbol, name, asset_class, currency, base_currency, tick, lot, multiplier,
                           closes_at, timezone, trading_days, stop_trigger, is_shortable, venue, underlying, option_type,
                           strike, expiry)
  values (
    add_instrument.symbol, add_instrument.name, add_instrument.asset_class, add_instrument.currency,
    add_instrument.base_currency,
    trim_scale(coalesce(add_instrument.tick, 10.0 ^ -add_instrument.price_decimals)),
    trim_scale(coalesce(add_instrument.lot, 10.0 ^ -add_instrument.size_decimals)),
    coalesce(add_instrument.multiplier, case add_instrument.asset_class when 'option' then 100 else 1 end),
    coalesce(add_instrument.closes_at,    case when never_closes then time '00:00' else time '16:00' end),
    coalesce(add_instrument.timezone,     case when never_closes then 'UTC' else 'America/New_York' end),
    coalesce(add_instrument.trading_days,
             case when never_closes then '{1,2,3,4,5,6,7}' else '{1,2,3,4,5}'::integer[] end),
    add_instrument.stop_trigger, add_instrument.is_shortable, add_instrument.venue, add_instrument.underlying,
    add_instrument.option_type, trim_scale(add_instrument.strike), add_instrument.expiry)
  returning * into added;

  perform oversight.append_event(null, 'instrument_added', jsonb_strip_nulls(jsonb_build_object(
    'symbol',        added.symbol,
    'asset_class',   added.asset_class,
    'currency',      added.currency,
    'base_currency', added.base_currency,
    'tick',          shared_data.plain(added.tick),
    'lot',           shared_data.plain(added.lot),
    'multiplier',    shared_data.plain(added.multiplier),
    'closes_at',     added.closes_at::text,
    'timezone',      added.timezone,
    'stop_trigger',  added.stop_trigger,
    'is_shortable',  added.is_shortable,
    'venue',         nullif(added.venue, ''),
    'underlying',    added.underlying,
    'option_type',   added.option_type,
    'strike',        shared_data.plain(added.strike),
    'expiry',        to_char(added.expiry, 'YYYY-MM-DD'))));
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
      message = 'there is no such currency, or underlying',
      detail  = sqlerrm,
      hint    = 'Add it first, with shared_data.add_currency or shared_data.add_instrument.';
  when check_violation or not_null_violation or data_exception then
    raise exception using
      errcode = 'TB400',
      message = format('instrument %s can''t be added', add_instrument.symbol),
      detail  = sqlerrm,
      hint    = 'Crypto and currencies need a base_currency, options underlying, option_type, strike and expiry, others '
                'none of these; tick, lot and multiplier are above zero.';
end
$$;

comment on function shared_data.add_instrument is
  'Add an instrument: tick and lot come from price_decimals and size_decimals unless given. For market data''s role.';
select shared_data.let_only('shared_data.add_instrument', 'twinbook_market_data');
