-- Price history: its constraints, and that nothing changes it, not past a partition either.
begin;
select plan(15);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"number": 9}', 'accepted'),
  ('{"kind": "rumour"}', '23514 market_data_kind_is_known'),
  ('{"last": 0}', '23514 price_is_positive'),
  ('{"volume": "NaN"}', '23514 amount_is_finite'),
  ('{"feed_time": null}', '23514 market_data_quotes_have_a_feed_time'),
  ('{"feed_time": "2001-01-01"}', '23514 market_data_quotes_have_a_feed_time'),
  ('{"kind": "bar"}', '23514 market_data_quotes_have_a_feed_time');

select is(tests.refusal(tests.row_like('shared_data.market_data', change)), refused, refused || ' ' || change) from cases;
-- A partition has its own copy of its parent's key.
select matches(tests.refusal(tests.row_like('shared_data.market_data', '{}')), '^23505 market_data_.*pkey$',
  'market_data_pkey');
select is_empty(
  $$ select tests.laws_of('shared_data.market_data') except select split_part(refused, ' ', 2) from cases except values ('market_data_pkey') $$,
  'every law of market data is tried');

select is(tests.refusal(act), refused, act)
from (values ('update shared_data.market_data set last = 1', 'TB001 market_data_default'),
             ('delete from shared_data.market_data', 'TB001 market_data_default'),
             ('truncate shared_data.market_data', 'TB001 market_data'),
             ('update shared_data.market_data_default set last = 1', 'TB001 market_data_default'),
             ('delete from shared_data.market_data_default', 'TB001 market_data_default'),
             ('truncate shared_data.market_data_default', 'TB001 market_data_default')) as tried (act, refused);

select finish();
rollback;
