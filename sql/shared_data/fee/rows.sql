-- What the brokers charge, as their own pages and the regulators' gave it when this was written. None is verified:
-- read the source before money depends on it. Of a schedule by volume it is the lowest tier, and of what varies by
-- exchange a blend. A portfolio pays these with fee_venue => 'tradier', 'alpaca' or 'kraken'.

-- What US brokers pass on of their regulators', on sales.
insert into shared_data.fees (venue, asset_class, component, side, effective_from, basis, rate, maximum, source)
select broker.venue, class.name, charged.component, 'sell', charged.effective_from at time zone 'America/New_York',
       charged.basis, charged.rate, charged.maximum, charged.source
from (values
  ('{equity,etf,option}'::text[], 'sec', '2021-02-25'::timestamp, 'percent', 0.00051, null, 'sec.gov: Section 31 fee'),
  ('{equity,etf,option}',         'sec', '2022-05-14', 'percent', 0.00229,  null, 'sec.gov: Section 31 fee'),
  ('{equity,etf,option}',         'sec', '2023-02-27', 'percent', 0.0008,   null, 'sec.gov: Section 31 fee'),
  ('{equity,etf,option}',         'sec', '2024-05-22', 'percent', 0.00278,  null, 'sec.gov: Section 31 fee'),
  ('{equity,etf,option}',         'sec', '2025-05-14', 'percent', 0,        null, 'sec.gov: Section 31 fee'),
  ('{equity,etf}',                'taf', '2012-07-01', 'unit',    0.000119, 5.95, 'finra.org: trading activity fee'),
  ('{equity,etf}',                'taf', '2022-01-01', 'unit',    0.00013,  6.49, 'finra.org: trading activity fee'),
  ('{equity,etf}',                'taf', '2023-01-01', 'unit',    0.000145, 7.27, 'finra.org: trading activity fee'),
  ('{equity,etf}',                'taf', '2024-01-01', 'unit',    0.000166, 8.30, 'finra.org: trading activity fee'),
  ('{option}',                    'taf', '2012-07-01', 'unit',    0.002,    null, 'finra.org: trading activity fee'),
  ('{option}',                    'taf', '2022-01-01', 'unit',    0.00218,  null, 'finra.org: trading activity fee'),
  ('{option}',                    'taf', '2023-01-01', 'unit',    0.00244,  null, 'finra.org: trading activity fee'),
  ('{option}',                    'taf', '2024-01-01', 'unit',    0.00279,  null, 'finra.org: trading activity fee')
) as charged (classes, component, effective_from, basis, rate, maximum, source)
cross join unnest(charged.classes) as class (name)
cross join unnest(array['tradier', 'alpaca']) as broker (venue)
on conflict on constraint fees_pkey do nothing;

-- Of options, what their clearing house and their exchanges charge, on both sides.
insert into shared_data.fees (venue, asset_class, component, effective_from, basis, rate, maximum, source)
select broker.venue, 'option', charged.component, charged.effective_from, 'unit', charged.rate, charged.maximum,
       charged.source
from (values
  ('clearing', '2019-10-01 04:00+00'::timestamptz, 0.02,    55,   'theocc.com: schedule of fees'),
  ('orf',      '2019-10-01 04:00+00',              0.02685, null, 'options exchanges: options regulatory fee, a blend')
) as charged (component, effective_from, rate, maximum, source)
cross join unnest(array['tradier', 'alpaca']) as broker (venue)
on conflict on constraint fees_pkey do nothing;

-- The brokers' own.
insert into shared_data.fees (venue, asset_class, component, liquidity, effective_from, basis, rate, charged_in, source)
select charged.venue, class.name, 'commission', charged.liquidity, charged.effective_from, charged.basis, charged.rate,
       charged.charged_in, charged.source
from (values
  ('tradier', '{equity,etf}'::text[], 'both', '2019-10-01 04:00+00'::timestamptz, 'order', 0, 'currency',
   'tradier.com: pricing'),
  ('tradier', '{option}',     'both',  '2019-10-01 04:00+00', 'unit',    0.35, 'currency', 'tradier.com: pricing'),
  ('alpaca',  '{equity,etf}', 'both',  '2018-10-01 04:00+00', 'order',   0,    'currency', 'alpaca.markets: fees'),
  ('alpaca',  '{option}',     'both',  '2024-02-01 05:00+00', 'unit',    0,    'currency', 'alpaca.markets: fees'),
  ('alpaca',  '{crypto}',     'maker', '2022-11-18 05:00+00', 'percent', 0.15, 'credited', 'alpaca.markets: fees'),
  ('alpaca',  '{crypto}',     'taker', '2022-11-18 05:00+00', 'percent', 0.25, 'credited', 'alpaca.markets: fees'),
  ('kraken',  '{crypto}',     'maker', '2016-01-01 00:00+00', 'percent', 0.16, 'currency', 'kraken.com: fee schedule'),
  ('kraken',  '{crypto}',     'taker', '2016-01-01 00:00+00', 'percent', 0.26, 'currency', 'kraken.com: fee schedule'),
  ('kraken',  '{crypto}',     'maker', '2024-01-01 00:00+00', 'percent', 0.25, 'currency', 'kraken.com: fee schedule'),
  ('kraken',  '{crypto}',     'taker', '2024-01-01 00:00+00', 'percent', 0.4,  'currency', 'kraken.com: fee schedule'),
  ('kraken',  '{currency}',   'both',  '2016-01-01 00:00+00', 'percent', 0.2,  'currency', 'kraken.com: fee schedule')
) as charged (venue, classes, liquidity, effective_from, basis, rate, charged_in, source)
cross join unnest(charged.classes) as class (name)
on conflict on constraint fees_pkey do nothing;
