-- The constraints and guards of the outbox.
begin;
select plan(57);

select tests.set_stage();
select tests.open_at_broker('alice'), tests.open_at_broker('bob');
select tests.quote('AAPL', 99, 101);
select tests.act_as('bob', 'live');
select set_config('tests.his', (place_order('AAPL', 'buy', 1)).order_id, true);
select tests.act_as('alice', 'live');
select set_config('tests.hers', (place_order('AAPL', 'buy', 10, 'limit', 90)).order_id, true);
select tests.act_as_worker('alice');
select is(tests.send(current_setting('tests.hers'), 'b1'), 'PENDING PLACED', 'one is at the broker');
select tests.act_as_installer();

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"broker_order_id": "b2"}', 'accepted'),
  ('{}', '23505 order_outbox_broker_id_is_the_only'),
  ('{"username": "bob"}', '23503 order_outbox_order_fkey'),
  ('{"broker_order_id": "b2", "order_id": "LIVE_none"}', '23503 order_outbox_order_fkey'),
  ('{"broker_order_id": "b2", "account": "VA9"}', '23503 order_outbox_account_fkey'),
  ('{"broker_order_id": "b2", "portfolio_id": "00000000-0000-7000-8000-000000000009"}', '23503 order_outbox_portfolio_fkey'),
  ('{"effect": "hope"}', '23514 order_outbox_effect_is_known'),
  ('{"state": "LOST"}', '23514 order_outbox_state_is_known'),
  ('{"sending_at": null}', '23514 order_outbox_intent_comes_first'),
  ('{"broker_order_id": null}', '23514 order_outbox_placed_has_its_id'),
  ('{"state": "OVER"}', '23514 order_outbox_ends_have_a_time'),
  ('{"over_at": "2026-03-02"}', '23514 order_outbox_ends_have_a_time'),
  ('{"change_state": "HOPED", "new_quantity": 3}', '23514 order_outbox_change_is_known'),
  ('{"change_state": "ASKED"}', '23514 order_outbox_change_says_what'),
  ('{"new_limit_price": 3}', '23514 order_outbox_change_says_what'),
  ('{"new_stop_price": 3}', '23514 order_outbox_change_says_what'),
  ('{"broker_order_id": "b2", "change_state": "SENT", "new_stop_price": 3}', 'accepted'),
  ('{"side": "hold"}', '23514 side_is_known'),
  ('{"quantity": 0}', '23514 quantity_is_positive'),
  ('{"limit_price": -1}', '23514 price_is_positive'),
  ('{"new_quantity": 0}', '23514 quantity_is_positive'),
  ('{"filled_quantity": -1}', '23514 magnitude_is_not_negative'),
  ('{"filled_value": "NaN"}', '23514 magnitude_is_not_negative'),
  ('{"order_type": "hunch"}', '23514 order_type_is_known'),
  ('{"time_in_force": "SOON"}', '23514 time_in_force_is_known');
insert into cases
select jsonb_build_object('broker_order_id', 'b2', 'order_id', current_setting('tests.his')), '23503 order_outbox_order_fkey' union all
select jsonb_build_object('broker_order_id', 'b2', 'client_id', client_id), '23505 order_outbox_pkey' from order_outbox where username = 'alice';

select is(tests.refusal(tests.row_like('order_outbox', case when change ? 'client_id' then change else jsonb_build_object('client_id', gen_random_uuid()) || change end)),
          refused, refused || ' ' || left(change::text, 60)) from cases;
select is_empty($$ select tests.laws_of('order_outbox') except select split_part(refused, ' ', 2) from cases $$,
  'every law of the outbox is tried');

select is(tests.refusal(act), 'TB001 order_outbox', 'order_outbox_is_never_emptied: ' || act)
from unnest(array['delete from order_outbox where false', 'truncate order_outbox']) as tried (act);
select is(tests.refusal(format('update order_outbox set %I = %L where username = ''alice''', field, value)), 'TB001 order_outbox',
          'order_outbox_terms_are_final: ' || field)
from (values ('username', 'bob'), ('client_id', '00000000-0000-7000-8000-000000000009'), ('portfolio_id', '00000000-0000-7000-8000-000000000009'),
             ('order_id', 'LIVE_none'), ('broker', 'kraken'), ('account', 'VA9'), ('side', 'sell'), ('effect', 'close'), ('order_type', 'market'),
             ('time_in_force', 'GTC'), ('created_at', '2000-01-01'), ('quantity', '11'), ('limit_price', '91'), ('stop_price', '91')) as final (field, value);
update order_outbox set change_state = 'SENT', new_quantity = 11, filled_quantity = 3, is_unwanted = true where username = 'alice';
select is(tests.refusal(format('update order_outbox set %I = %L where username = ''alice''', field, value)), 'accepted', 'a replacement that was sent may change its ' || field)
from (values ('quantity', '11'), ('limit_price', '91'), ('stop_price', '91')) as changing (field, value);
select is(tests.refusal(format('update order_outbox set %I = %L where username = ''alice''', field, value)), 'TB001 order_outbox', 'order_outbox_fills_only_add_up: ' || field)
from (values ('filled_quantity', '2'), ('is_unwanted', 'false')) as falling (field, value);
select is(tests.refusal('update order_outbox set filled_quantity = 4, filled_value = 400, broker_status = ''x'', attempts = 2, message = ''x'', not_before = now()'),
  'accepted', 'progress moves');

select tests.act_as('alice', 'live');
select results_eq('select order_id from order_outbox', array[current_setting('tests.hers')::book_id], 'a user sees what was sent for him');
select throws_ok(act, '42501', null, 'and touches nothing: ' || act)
from unnest(array['insert into order_outbox default values', 'update order_outbox set state = ''OVER''', 'delete from order_outbox', 'truncate order_outbox']) as tried (act);
select tests.act_as_worker('alice');
select throws_ok('select * from order_outbox', '42501', null, 'a worker sees his tasks alone');

select tests.act_as_installer();
select finish();
rollback;
