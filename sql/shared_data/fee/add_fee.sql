-- Adds one component of a venue's fees, from a day on.
-- Raises TB400 bad argument, TB422 this component has a rate from that day already, or the venue charges otherwise.

create function shared_data.add_fee(
    venue           text,
    asset_class     text,
    component       text,
    basis           text,
    rate            numeric,
    source          text,
    side            text         default 'both',
    liquidity       text         default 'both',
    minimum         numeric      default null,
    maximum         numeric      default null,
    decimals        integer      default null,
    effective_from  timestamptz  default '2000-01-01 00:00+00',
    is_verified     boolean      default false,
    charged_in      text         default 'currency')
  returns shared_data.fees
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  added fees;
begin
  if exists (select from fees as f
             where (f.venue, f.asset_class) = (add_fee.venue, add_fee.asset_class)
               and f.charged_in <> add_fee.charged_in) then
    raise exception using
      errcode = 'TB422',
      message = format('%s charges otherwise for %s', add_fee.venue, add_fee.asset_class),
      hint    = 'All components of a venue''s fee for a class are charged in the same: currency, or what is credited.';
  end if;

  insert into fees (venue, asset_class, component, side, liquidity, effective_from, basis, rate, minimum, maximum,
                    decimals, source, is_verified, charged_in)
  values (add_fee.venue, add_fee.asset_class, add_fee.component, add_fee.side, add_fee.liquidity,
          add_fee.effective_from, add_fee.basis, add_fee.rate, add_fee.minimum, add_fee.maximum, add_fee.decimals,
          add_fee.source, add_fee.is_verified, add_fee.charged_in)
  returning * into added;

  perform oversight.append_event(null, 'fee_added', jsonb_strip_nulls(jsonb_build_object(
    'venue',          added.venue,
    'asset_class',    added.asset_class,
    'component',      added.component,
    'side',           added.side,
    'liquidity',      added.liquidity,
    'basis',          added.basis,
    'rate',           shared_data.plain(added.rate),
    'minimum',        shared_data.plain(added.minimum),
    'maximum',        shared_data.plain(added.maximum),
    'decimals',       added.decimals::text,
    'charged_in',     added.charged_in,
    'effective_from', shared_data.moment(added.effective_from),
    'source',         added.source,
    'is_verified',    added.is_verified)));
  return added;
exception
  when unique_violation then
    raise exception using
      errcode = 'TB422',
      message = format('%s at %s has a rate from that moment already', add_fee.component, add_fee.venue),
      hint    = 'Give a later effective_from.';
  when check_violation or not_null_violation or numeric_value_out_of_range then
    raise exception using
      errcode = 'TB400',
      message = 'this fee makes no sense',
      detail  = sqlerrm,
      hint    = 'basis is order, unit or percent; side buy, sell or both; liquidity maker, taker or both; sums are not '
                'negative; charged_in currency, or credited, which is a percentage without bounds.';
end
$$;

comment on function shared_data.add_fee is
  'Add one component of a venue''s fees, from a day on. For market data''s role.';
select shared_data.let_only('shared_data.add_fee', 'twinbook_market_data');
