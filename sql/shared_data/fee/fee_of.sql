-- What a venue charges for a fill: the total, and each component. Of several rows of a component, the newest counts
-- that has begun; each component is bounded, then rounded up. A venue that charges what it credits takes its part of
-- the spot bought, in the base currency, and never all of it.

create function shared_data.fee_of(
    venue              text,
    asset_class        text,
    side               text,
    liquidity          text,
    quantity           numeric,
    value              numeric,
    currency_decimals  integer,
    at                 timestamptz,
    base_decimals      integer  default null,
    out fee            numeric,
    out components     jsonb,
    out is_in_base     boolean)
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
    select f.component, terms.is_in_base, ceil(bounded.fee * 10.0 ^ scale.digits) / 10.0 ^ scale.digits as fee,
           row_number() over (order by f.component, f.side, f.liquidity) as place, scale.digits
    from in_force as f,
         lateral (select f.charged_in = 'credited' and fee_of.side = 'buy' and base_decimals is not null)
           as terms (is_in_base),
         lateral (select coalesce(f.decimals, case when terms.is_in_base then base_decimals
                                                   else fee_of.currency_decimals end)) as scale (digits),
         lateral (select case f.basis when 'order'   then f.rate
                                      when 'unit'    then f.rate * fee_of.quantity
                                      when 'percent' then f.rate / 100 * case when terms.is_in_base then fee_of.quantity
                                                                        else fee_of.value end end) as raw (fee),
         lateral (select least(greatest(raw.fee, f.minimum), f.maximum)) as bounded (fee)
  ),
  -- What all components up to one take of what is credited leaves its smallest unit.
  taken as (
    select c.*, case when c.is_in_base
                     then least(sum(c.fee) over (order by c.place),
                                greatest(trunc(fee_of.quantity, base_decimals) - 10.0 ^ -base_decimals, 0)) end as until
    from charged as c
  ),
  rounded as (
    select t.component, t.is_in_base,
           trim_scale(round(case when t.is_in_base then t.until - lag(t.until, 1, 0.0) over (order by t.place)
                                 else t.fee end, greatest(t.digits, base_decimals))) as fee
    from taken as t
  )
  select coalesce(sum(r.fee), 0), jsonb_object_agg(r.component, r.fee::text order by r.component),
         coalesce(bool_or(r.is_in_base), false)
  into fee_of.fee, fee_of.components, fee_of.is_in_base
  from (select p.component, sum(p.fee) as fee, bool_or(p.is_in_base) as is_in_base
        from rounded as p group by p.component) as r;
end
$$;

comment on function shared_data.fee_of is
  'The fee of a fill at a venue: total and components, in the instrument''s currency, or in spot''s base where it says so.';
select shared_data.let_only('shared_data.fee_of', 'twinbook_engine');
