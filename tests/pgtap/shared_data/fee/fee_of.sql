-- Rule 24: what a fill costs, by the fee rows that match: basis, side, maker or taker, bounds, rounding, effective from.
begin;
select plan(29);

insert into shared_data.fees (venue, asset_class, component, basis, rate, minimum, maximum, side, liquidity, decimals, effective_from, source)
values
  ('units',   'equity', 'commission', 'unit',    0.005,  1,    null, 'both', 'both',  null, '2000-01-01', 'p'),
  ('capped',  'equity', 'commission', 'unit',    0.5,    null, 3,    'both', 'both',  null, '2000-01-01', 'p'),
  ('orders',  'equity', 'ticket',     'order',   4.95,   null, null, 'both', 'both',  null, '2000-01-01', 'p'),
  ('percent', 'equity', 'commission', 'percent', 0.1,    null, null, 'both', 'both',  null, '2000-01-01', 'p'),
  ('sides',   'equity', 'sec',        'percent', 1,      null, null, 'sell', 'both',  null, '2000-01-01', 'p'),
  ('makers',  'equity', 'commission', 'percent', 1,      null, null, 'both', 'maker', null, '2000-01-01', 'p'),
  ('makers',  'equity', 'commission', 'percent', 2,      null, null, 'both', 'taker', null, '2000-01-01', 'p'),
  ('coarse',  'equity', 'commission', 'unit',    0.0011, null, null, 'both', 'both',  0,    '2000-01-01', 'p'),
  ('fine',    'equity', 'commission', 'unit',    0.0011, null, null, 'both', 'both',  4,    '2000-01-01', 'p'),
  ('later',   'equity', 'commission', 'order',   1,      null, null, 'both', 'both',  null, '2000-01-01', 'p'),
  ('later',   'equity', 'commission', 'order',   2,      null, null, 'both', 'both',  null, '2026-01-01', 'p'),
  ('later',   'equity', 'commission', 'order',   9,      null, null, 'both', 'both',  null, '2030-01-01', 'p'),
  ('many',    'equity', 'commission', 'order',   1,      null, null, 'both', 'both',  null, '2000-01-01', 'p'),
  ('many',    'equity', 'sec',        'unit',    0.001,  null, null, 'both', 'both',  null, '2000-01-01', 'p');

select is(f.fee, expected, what)
from (values
  ('units',   'buy',  'taker', 1000, 5.00,  'a rate a share'),
  ('units',   'buy',  'taker', 10,   1.00,  'but at least the minimum'),
  ('capped',  'buy',  'taker', 10,   3.00,  'and at most the cap'),
  ('orders',  'buy',  'taker', 10,   4.95,  'a rate a fill'),
  ('percent', 'buy',  'taker', 10,   1.00,  'a percentage of the value'),
  ('sides',   'buy',  'taker', 10,   0,     'nothing on the other side'),
  ('sides',   'sell', 'taker', 10,   10.00, 'on its own side'),
  ('makers',  'buy',  'maker', 10,   10.00, 'makers pay their rate'),
  ('makers',  'buy',  'taker', 10,   20.00, 'takers theirs'),
  ('coarse',  'buy',  'taker', 10,   1,     'rounded up to the row''s digits'),
  ('fine',    'buy',  'taker', 10,   0.011, 'which may be finer'),
  ('later',   'buy',  'taker', 10,   2,     'the newest row that has begun'),
  ('many',    'buy',  'taker', 10,   1.01,  'the sum of its components, each rounded up to the cent'),
  ('nowhere', 'buy',  'taker', 10,   0,     'no row that matches, no fee')) as tried (venue, side, liquidity, quantity, expected, what),
  lateral shared_data.fee_of(venue, 'equity', side, liquidity, quantity, quantity * 100, 2, '2026-03-02') as f;

select is((shared_data.fee_of('percent', 'equity', 'buy', 'taker', 1, 100.01, 2, '2026-03-02')).fee, 0.11,
  'rounding is up, to the currency''s smallest unit');
select is((shared_data.fee_of('percent', 'etf', 'buy', 'taker', 1, 100, 2, '2026-03-02')).fee, 0::numeric,
  'another class pays nothing');
select is((shared_data.fee_of('later', 'equity', 'buy', 'taker', 1, 100, 2, '2025-12-31')).fee, 1::numeric,
  'before that day, the one before');
select is((shared_data.fee_of('many', 'equity', 'buy', 'taker', 10, 1000, 2, '2026-03-02')).components,
  '{"commission": "1", "sec": "0.01"}'::jsonb, 'each component is told');
select is((shared_data.fee_of('nowhere', 'equity', 'buy', 'taker', 10, 1000, 2, '2026-03-02')).components, null,
  'or none');

-- What is credited: of spot bought, a part of it, in the base currency's smallest units, and never all of it.
insert into shared_data.fees (venue, asset_class, component, basis, rate, charged_in, source)
values ('net', 'crypto', 'commission', 'percent', 0.25, 'credited', 'p');
select is(format('%s %s', trim_scale(f.fee), f.is_in_base), format('%s %s', charged, in_base), what)
from (values
  ('buy',  0.1,        8,    0.00025,    true,  'of spot bought a part of it'),
  ('sell', 0.1,        8,    12.51,      false, 'of spot sold a part of the money'),
  ('buy',  0.1,        null, 12.51,      false, 'of what has no base, money'),
  ('buy',  0.00000003, 8,    0.00000001, true,  'rounded up'),
  ('buy',  0.00000001, 8,    0,          true,  'but never all of it')) as tried (side, quantity, base_decimals, charged, in_base, what),
  lateral shared_data.fee_of('net', 'crypto', side, 'taker', quantity, quantity * 50010, 2, '2026-03-02', base_decimals) as f;
insert into shared_data.fees (venue, asset_class, component, basis, rate, charged_in, source)
values ('steep', 'crypto', 'a', 'percent', 60, 'credited', 'p'), ('steep', 'crypto', 'b', 'percent', 60, 'credited', 'p');
select is(format('%s %s', trim_scale(f.fee), f.components), charged, 'nor do several together: of ' || quantity)
from (values (0.00000002, '0.00000001 {"a": "0.00000001", "b": "0"}'), (0.1, '0.09999999 {"a": "0.06", "b": "0.03999999"}')) as tried (quantity, charged),
     lateral shared_data.fee_of('steep', 'crypto', 'buy', 'taker', quantity, quantity * 50010, 2, '2026-03-02', 8) as f;
select throws_ok($$ select shared_data.add_fee('net', 'crypto', 'ticket', 'order', 1, 'p') $$, 'TB422', null,
  'a venue charges a class in one way');

-- The brokers' schedules are rows, dated, with their source, and say that nobody verified them.
select is_empty($$ select venue from unnest(array['tradier', 'alpaca', 'kraken']) as venue
                   where not exists (select from shared_data.fees as f where f.venue = venue.venue and f.source <> '' and not f.is_verified) $$,
  'each broker has its rows');
select results_eq(
  $$ select at::date, (shared_data.fee_of('tradier', 'equity', 'sell', 'taker', 1000, 50000, 2, at)).components
     from unnest(array['2012-06-01', '2012-12-03', '2023-06-01', '2026-03-02']::timestamptz[]) as at $$,
  $$ values (date '2012-06-01', null::jsonb), ('2012-12-03', '{"taf": "0.12"}'), ('2023-06-01', '{"commission": "0", "sec": "0.4", "taf": "0.15"}'),
            ('2026-03-02', '{"commission": "0", "sec": "0", "taf": "0.17"}') $$,
  'a fill pays what was in force on its day');

select finish();
rollback;
