-- What a venue charges for a fill: the total, and each component. Of several rows of a component, the newest counts
-- that has begun; each component is bounded, then rounded up.

create function shared_data.fee_of(
    venue              text,
    asset_class        text,
    side               text,
    liquidity          text,
    quantity           numeric,
    value              numeric,
    currency_decimals  integer,
    at                 timestamptz,
    out fee            numeric,
    out components     jsonb)
  language plpgsql stable
  set search_path = shared_data, pg_temp
as $$
begin
  with in_force as (
    select distinct on (f.component, f.side, f.liquidity) f.*
    from fees as f
    where f.venue = fee_of.venue
      and f.asset_class = fee_of.asset_class
      and f.side in ('both', fee_of.side)
      and f.liquidity in ('both', fee_of.liquidity)
      and f.effective_from <= coalesce(fee_of.at, '-infinity')
    order by f.component, f.side, f.liquidity, f.effective_from desc
  ),
  charged as (
    select f.component, bounded.fee * 10.0 ^ scale.digits as scaled, scale.digits
    from in_force as f,
         lateral (select coalesce(f.decimals, fee_of.currency_decimals)) as scale (digits),
         lateral (select case f.basis when 'order'   then f.rate
                                      when 'unit'    then f.rate * fee_of.quantity
                                      when 'percent' then f.rate * fee_of.value / 100 end) as raw (fee),
         lateral (select least(greatest(raw.fee, f.minimum), f.maximum)) as bounded (fee)
  ),
  rounded as (
    select component, trim_scale(round(ceil(scaled) / 10.0 ^ digits, digits)) as fee from charged
  )
  select coalesce(sum(r.fee), 0), jsonb_object_agg(r.component, r.fee::text order by r.component)
  into fee_of.fee, fee_of.components
  from (select p.component, sum(p.fee) as fee from rounded as p group by p.component) as r;
end
$$;

comment on function shared_data.fee_of is
  'The fee of a fill at a venue: total and components, in the instrument''s currency.';
select shared_data.let_only('shared_data.fee_of', 'twinbook_engine');
