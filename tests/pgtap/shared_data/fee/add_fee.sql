-- Rule 24: fees are rows; market data's role adds them.
begin;
select plan(17);

set local role twinbook_market_data;
select is((select rate::numeric from shared_data.add_fee('nyse', 'equity', 'sec', 'percent', 0.01, 'a page')), 0.01,
  'a component is added');
select throws_ok($$ select shared_data.add_fee('nyse', 'equity', 'sec', 'percent', 0.02, 'a page') $$, 'TB422', null,
  'from a moment on it has one rate');
select lives_ok($$ select shared_data.add_fee('nyse', 'equity', 'sec', 'percent', 0.02, 'a page', effective_from => '2026-01-01') $$,
  'a new rate has a later day');
select throws_ok('select shared_data.add_fee(''nyse'', ''equity'', ''tax'', ' || terms || ')', 'TB400', null, 'refused: ' || terms)
from unnest(array['''mood'', 1, ''a page''', '''unit'', -1, ''a page''', '''unit'', ''NaN'', ''a page''', '''unit'', null, ''a page''',
  '''unit'', 1, null', '''unit'', 1, ''a page'', side => ''hold''', '''unit'', 1, ''a page'', liquidity => ''wet''',
  '''unit'', 1, ''a page'', minimum => 2, maximum => 1', '''unit'', 1, ''a page'', minimum => -2',
  '''unit'', 1, ''a page'', decimals => 19', '''unit'', 1, ''a page'', decimals => 99999']) as wrong (terms);

set local role twinbook_paper;
select throws_ok($$ select shared_data.add_fee('nyse', 'equity', 'tax', 'unit', 1, 'a page') $$, '42501', null,
  'a trader adds none');
select isnt_empty('select * from shared_data.fees', 'but reads them');
select throws_ok('update shared_data.fees set rate = 0', '42501', null, 'and touches none');

reset role;
select finish();
rollback;
