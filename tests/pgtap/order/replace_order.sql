-- Rule 11: what may be replaced, and what raises; a refusal leaves the order as it was.
begin;
select plan(18);

select tests.set_stage();
select tests.open(person) from unnest(array['alice', 'bob']) as person;
select set_config('tests.hers', tests.pending('alice', 'AAPL', 'buy', 10), true), set_config('tests.his', tests.pending('bob', 'AAPL', 'buy', 10), true);
select tests.fill(current_setting('tests.hers'), 4, 100);
select tests.act_as('alice', book());
select set_config('tests.before', orders::text, true) from orders;

select throws_ok(format('select replace_order(%s)', terms), code, null, format('%s: %s', code, terms))
from (values
  ('current_setting(''tests.his''), 1, quantity => 11', 'TB404'), ('''nothing'', 1, quantity => 11', 'TB404'),
  ('current_setting(''tests.hers''), null, quantity => 11', 'TB400'), ('current_setting(''tests.hers''), 2, quantity => 11', 'TB409'),
  ('current_setting(''tests.hers''), 1, quantity => 4', 'TB400'), ('current_setting(''tests.hers''), 1, quantity => 3', 'TB400'),
  ('current_setting(''tests.hers''), 1, quantity => 0', 'TB400'), ('current_setting(''tests.hers''), 1, quantity => ''NaN''', 'TB400'),
  ('current_setting(''tests.hers''), 1, quantity => 10.5', 'TB400'), ('current_setting(''tests.hers''), 1, limit_price => 0', 'TB400'),
  ('current_setting(''tests.hers''), 1, limit_price => ''Infinity''', 'TB400'), ('current_setting(''tests.hers''), 1, limit_price => 99.999', 'TB400'),
  ('current_setting(''tests.hers''), 1, stop_price => 90', 'TB400'), ('current_setting(''tests.hers''), 1, quantity => 1000000', 'TB422')) as wrong (terms, code);
select is((select orders::text from orders), current_setting('tests.before'), 'the order is as it was');
select is((select count(*) from audit_log where operation = 'order_replaced'), 0::bigint,
  'and nothing is said to have happened');

select tests.act_as_installer();
select tests.fill(current_setting('tests.hers'), 6, 100);
select tests.act_as('alice', book());
select throws_ok($$ select replace_order(current_setting('tests.hers'), 1, quantity => 11) $$, 'TB422', null,
  'what is filled isn''t replaced');
select tests.act_as('', book());
select throws_ok($$ select replace_order(current_setting('tests.hers'), 1, quantity => 11) $$, 'TB401', null,
  'nobody replaces nothing');

select tests.act_as_installer();
select finish();
rollback;
