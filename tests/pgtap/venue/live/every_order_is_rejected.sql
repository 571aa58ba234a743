-- Rule 27: a live portfolio without a broker trades nothing: every order is a stored REJECTED, whatever it is, and is an event.
begin;
select plan(21);

select tests.set_stage();
select tests.open('alice', allow_short => true);
select tests.quote('AAPL', 99, 101, 100);
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;
select tests.act_as('alice', 'live');

select is((select status::text from place_order('AAPL', side, 1, type, lim, stop, tif)), 'REJECTED', concat_ws(' ', side, type, tif))
from (values ('buy', 'market', null::numeric, null::numeric), ('buy', 'limit', 105, null), ('sell', 'market', null, null), ('sell', 'limit', 90, null),
             ('sell', 'stop', null, 90), ('sell', 'stop_limit', 89, 90)) as o (side, type, lim, stop),
     unnest(array['DAY', 'GTC']) as tif;
select is((select count(*) from orders where reject_reason is not null and held_amount = 0 and held_quantity = 0), 12::bigint,
  'each says why, and holds nothing');
select is((select count(*) from audit_log where operation = 'order_rejected'), 12::bigint, 'each is an event');
select is((select reject_reason is not null from place_order('AAPL', 'sell', 15)), true,
  'rule 2: crossing zero is refused in any case');
select results_eq('select quantity::numeric from positions', array[10::numeric], 'nothing moved');
select ok(starts_with((select order_id from orders order by order_number desc limit 1), 'LIVE_'),
  'I3: its id tells its book');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select set_config('tests.waiting', tests.pending('alice', 'AAPL', 'buy', 10), true);
select tests.act_as('alice', 'live');
select throws_ok($$ select replace_order(current_setting('tests.waiting'), 1, quantity => 12) $$, 'TB422', null,
  'and none is replaced');
select results_eq($$ select quantity::numeric, version::integer, status::text from orders where order_id = current_setting('tests.waiting') $$,
  $$ values (10::numeric, 1, 'PENDING') $$,
  'it stays as it was');

select is_empty('select * from order_outbox', 'nothing was put out to be sent');

select tests.act_as_installer();
select finish();
rollback;
