-- A fee row is one component of what a venue charges, from a day on. No row that matches, no fee.

create table shared_data.fees (
  venue           text               not null,
  asset_class     text               not null,
  component       text               not null,
  side            text               not null default 'both',
  liquidity       text               not null default 'both',
  effective_from  timestamptz        not null default '2000-01-01 00:00+00',
  basis           text               not null,
  rate            shared_data.amount not null,
  minimum         shared_data.amount,
  maximum         shared_data.amount,
  decimals        smallint,
  source          text               not null,
  is_verified     boolean            not null default false,
  created_at      timestamptz        not null default now(),
  charged_in      text               not null default 'currency',

  constraint fees_pkey                primary key (venue, asset_class, component, side, liquidity, effective_from),
  constraint fees_side_is_known       check (side in ('buy', 'sell', 'both')),
  constraint fees_liquidity_is_known  check (liquidity in ('maker', 'taker', 'both')),
  constraint fees_charged_in_is_known check (charged_in in ('currency', 'credited')),
  constraint fees_basis_is_known      check (basis in ('order', 'unit', 'percent')),
  constraint fees_rate_is_no_rebate   check (rate >= 0),
  constraint fees_bounds_are_ordered  check (minimum >= 0 and maximum >= coalesce(minimum, 0)),
  constraint fees_decimals_are_few    check (decimals between 0 and 18),
  constraint fees_credited_are_a_part check (charged_in = 'currency' or (basis = 'percent' and rate < 100
                                             and num_nonnulls(minimum, maximum) = 0))
);

comment on table  shared_data.fees                is 'What venues charge, component by component, from a day on.';
comment on column shared_data.fees.basis          is 'order: rate a fill; unit: rate a share or contract; percent: rate percent of the value.';
comment on column shared_data.fees.decimals       is 'Rounded up to so many digits; null for the currency''s own.';
comment on column shared_data.fees.source         is 'Where the rate was read.';
comment on column shared_data.fees.charged_in     is 'currency: the instrument''s; credited: what the fill brings in, of spot bought its base currency.';
comment on column shared_data.fees.is_verified    is 'Whether somebody has checked the rate against the venue''s own word.';
