-- Rule 24: what a fill costs, by the fee rows that match: basis, side, maker or taker, bounds, rounding, effective from.
begin;
select plan(19);

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

select finish();
rollback;
