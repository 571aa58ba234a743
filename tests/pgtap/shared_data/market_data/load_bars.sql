-- Bars are history for reading: they move no price, are stored once, and a bad one stores nothing.
begin;
select plan(21);

select tests.set_stage();
select tests.act_as('alice', 'paper');
select shared_data.open_feed('hers') is not null;

select is(shared_data.load_bars('hers', array[
    ('AAPL', 10, 12, 9, 11, 1000, '2012-01-03 21:00+00'), ('AAPL', 11, 13, 10, 12, 1000, '2012-01-04 21:00+00')]::shared_data.bar[]), 2,
  'bars are loaded');
select is(shared_data.load_bars('hers', array[('AAPL', 10, 12, 9, 11, 1000, '2012-01-03 21:00+00'), ('AAPL', 12, 14, 11, 13, 1000, '2012-01-05 21:00+00')]::shared_data.bar[]), 1,
  'a bar that is there is left as it is');
select results_eq($$ select number, kind, open::numeric, high::numeric, low::numeric, last::numeric from shared_data.market_data where feed = 'hers' order by number limit 1 $$,
  $$ values (1::bigint, 'bar', 10::numeric, 12::numeric, 9::numeric, 11::numeric) $$,
    'a bar''s close is its last price');
select is_empty($$ select * from shared_data.quotes where feed = 'hers' $$, 'they move no price');
select is((select newest_at from shared_data.feeds where name = 'hers'), null, 'and no clock');

select throws_ok(format('select shared_data.load_bars(''hers'', array[(''AAPL'', 1, 1, 1, 1, 1, ''2012-02-01''), %s]::shared_data.bar[])', bad), code, null, 'refused: ' || bad)
from (values ('(''XXXX'', 10, 12, 9, 11, 1, ''2012-02-03'')', 'TB404'), ('(''AAPL'', 10, 9, 9, 11, 1, ''2012-02-03'')', 'TB400'),
  ('(''AAPL'', 10, 12, 10.5, 11, 1, ''2012-02-03'')', 'TB400'), ('(''AAPL'', 0, 12, 0, 11, 1, ''2012-02-03'')', 'TB400'),
  ('(''AAPL'', 10, ''NaN'', 9, 11, 1, ''2012-02-03'')', 'TB400'), ('(''AAPL'', 10, 12, 9, 11, -1, ''2012-02-03'')', 'TB400'),
  ('(''AAPL'', 10, 12, 9, 11, 1, null)', 'TB400'), ('(''AAPL'', 10, 12, 9, null, 1, ''2012-02-03'')', 'TB400'),
  ('(''AAPL'', 10, 12, 9, 11, 1, ''infinity'')', 'TB400')) as wrong (bad, code);
select is((select count(*) from shared_data.market_data where feed = 'hers'), 3::bigint,
  'nothing of a bad batch is stored');

select throws_ok($$ select shared_data.load_bars('silent', '{}') $$, 'TB404', null, 'an unknown feed');
select throws_ok($$ select shared_data.load_bars('tape', '{}') $$, 'TB404', null, 'a shared one isn''t hers to fill');
select throws_ok($$ select shared_data.record_bars('{}') $$, '42501', null, 'that is for market data''s role');
select tests.act_as('', 'paper');
select throws_ok($$ select shared_data.load_bars('hers', '{}') $$, 'TB401', null, 'nobody loads none');

select tests.act_as_installer();
set local role twinbook_market_data;
select is(shared_data.record_bars(array[('AAPL', 10, 12, 9, 11, 1000, '2012-01-03 21:00+00')]::shared_data.bar[], 'tape'), 1,
  'it keeps bars of a shared feed');
select throws_ok($$ select shared_data.record_bars('{}', 'silent') $$, 'TB404', null, 'of one that is there');

reset role;
select finish();
rollback;
