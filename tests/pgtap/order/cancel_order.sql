-- An open order is canceled by its owner, keeping what was filled.
begin;
select plan(15);

select tests.set_stage();
select tests.open(person) from unnest(array['alice', 'bob']) as person;
select set_config('tests.hers', tests.pending('alice', 'AAPL', 'buy', 10), true),
       set_config('tests.partly', tests.pending('alice', 'MSFT', 'buy', 10), true),
       set_config('tests.his', tests.pending('bob', 'AAPL', 'buy', 10), true);
select tests.fill(current_setting('tests.partly'), 4, 100);
select tests.act_as('alice', book());

select throws_ok($$ select cancel_order(current_setting('tests.his')) $$, 'TB404', null,
  'another user''s order does not exist for alice');
select throws_ok($$ select cancel_order('nothing') $$, 'TB404', null, 'nor does one that is none');
select throws_ok($$ select cancel_order(null) $$, 'TB404', null, 'nor null');
select throws_ok($$ select cancel_order(current_setting('tests.hers'), 9) $$, 'TB409', null,
  'a stale version is refused');
select results_eq($$ select status::text, version::integer, filled_quantity::numeric from cancel_order(current_setting('tests.hers'), 1) $$,
  $$ values ('CANCELED', 2, 0::numeric) $$, 'the order is canceled, and its version moves on by one');
select throws_ok($$ select cancel_order(current_setting('tests.hers')) $$, 'TB422', null,
  'a canceled order can''t be canceled again');
select results_eq($$ select status::text, filled_quantity::numeric, held_amount::numeric, held_quantity::numeric from cancel_order(current_setting('tests.partly')) $$,
  $$ values ('CANCELED', 4::numeric, 0::numeric, 0::numeric) $$,
    'what was filled stays filled, and the version may be left out');
select results_eq($$ select operation, details ->> 'filled_quantity' from audit_log order by seq desc limit 2 $$,
  $$ values ('order_canceled', '4'), ('order_canceled', '0') $$, 'each is an event');
select is((select held::numeric from balances), 0::numeric, 'and nothing is held any more');

select tests.act_as_installer();
select set_config('tests.waiting', tests.pending('alice', 'AAPL', 'buy', 10), true);
update orders set pending_action = 'replace' where order_id = current_setting('tests.waiting');
select tests.act_as('alice', book());
select throws_ok($$ select cancel_order(current_setting('tests.waiting')) $$, 'TB422', null,
  'while a change is under way, no other');
select throws_ok($$ select replace_order(current_setting('tests.waiting'), 1, quantity => 11) $$, 'TB422', null,
  'of either kind');
select tests.act_as_installer();
update orders set pending_action = 'cancel' where order_id = current_setting('tests.waiting');
select tests.act_as('alice', book());
select is((select count(*) from cancel_all()), 0::bigint, 'what is being canceled cancel_all leaves');
select tests.act_as_installer();
update orders set pending_action = 'replace' where order_id = current_setting('tests.waiting');
select tests.act_as('alice', book());
select is((select count(*) from cancel_all()), 1::bigint, 'but a replacement keeps no order from it');

select tests.act_as('', book());
select throws_ok($$ select cancel_order(current_setting('tests.waiting')) $$, 'TB401', null, 'nobody cancels nothing');
select tests.act_as('bob', book());
select is((select status::text from orders), 'PENDING', 'bob''s order was not touched');

select tests.act_as_installer();
select finish();
rollback;
