-- A currency knows its smallest unit, and what a paper portfolio opens with when nobody says.

create table shared_data.currencies (
  currency        text               not null,
  decimals        smallint           not null,
  initial_balance shared_data.amount,

  constraint currencies_pkey                 primary key (currency),
  constraint currencies_code_is_upper_case   check (currency ~ '^[A-Z][A-Z0-9]{1,9}$'),
  constraint currencies_decimals_are_few     check (decimals between 0 and 18)
);

comment on table  shared_data.currencies                 is 'Currencies, with their smallest unit.';
comment on column shared_data.currencies.decimals        is 'Digits after the point; fees are rounded up to it.';
comment on column shared_data.currencies.initial_balance is 'The preset that a paper portfolio in it opens with.';
