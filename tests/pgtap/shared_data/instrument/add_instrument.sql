-- Adding instruments: market data's role, with terms that make sense; their close by class.
begin;
select plan(27);

set local role twinbook_market_data;

select results_eq(
  $$ select symbol, tick::numeric, lot::numeric, multiplier::numeric, closes_at, timezone, trading_days::integer[]
     from shared_data.add_instrument('AAPL', 'equity', 'USD') $$,
  $$ values ('AAPL', 0.01, 1::numeric, 1::numeric, time '16:00', 'America/New_York', '{1,2,3,4,5}'::integer[]) $$,
  'a stock closes at 16:00 in New York on weekdays');
select results_eq(
  $$ select symbol, tick::numeric, lot::numeric, closes_at, timezone, trading_days::integer[]
     from shared_data.add_instrument('BTCUSD', 'crypto', 'USD', 1, 8, base_currency => 'BTC') $$,
  $$ values ('BTCUSD', 0.1, 0.00000001, time '00:00', 'UTC', '{1,2,3,4,5,6,7}'::integer[]) $$,
  'what trades round the clock has its day end at UTC midnight');
select results_eq(
  $$ select tick::numeric, lot::numeric from shared_data.add_instrument('BRK', 'equity', 'USD', tick => 0.05, lot => 10) $$,
  $$ values (0.05, 10::numeric) $$,
  'a tick or lot that is given stands');

select throws_ok($$ select shared_data.add_instrument('AAPL', 'equity', 'USD') $$, 'TB422', null,
  'an instrument is added once');
select throws_ok($$ select shared_data.add_instrument('X', 'equity', 'XXX') $$, 'TB404', null,
  'in a currency that is known');
select throws_ok($$ select shared_data.add_instrument('X', 'crypto', 'USD', base_currency => 'XXX') $$, 'TB404', null,
  'so is its base');

select throws_ok('select shared_data.add_instrument(' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array[
  '''X'', ''option'', ''USD''', '''X'', ''tulips'', ''USD''', '''X'', null, ''USD''', 'null, ''equity'', ''USD''',
  '''two words'', ''equity'', ''USD''', '''X'', ''equity'', null', '''X'', ''crypto'', ''USD''',
  '''X'', ''equity'', ''USD'', base_currency => ''BTC''', '''X'', ''equity'', ''USD'', tick => 0',
  '''X'', ''equity'', ''USD'', tick => ''NaN''', '''X'', ''equity'', ''USD'', lot => -1',
  '''X'', ''equity'', ''USD'', multiplier => 0', '''X'', ''equity'', ''USD'', timezone => ''Mars/Olympus''',
  '''X'', ''equity'', ''USD'', trading_days => ''{}''', '''X'', ''equity'', ''USD'', trading_days => ''{0}''',
  '''X'', ''equity'', ''USD'', trading_days => ''{99999}''', '''X'', ''equity'', ''USD'', stop_trigger => ''mood''']) as wrong (terms);

set local role twinbook_paper;
select throws_ok($$ select shared_data.add_instrument('X', 'equity', 'USD') $$, '42501', null, 'a trader adds none');
select isnt_empty('select * from shared_data.instruments', 'but reads them');
select throws_ok(act, '42501', null, 'and touches none: ' || act)
from unnest(array['update shared_data.instruments set tick = 1', 'delete from shared_data.instruments']) as tried (act);

reset role;
select finish();
rollback;
