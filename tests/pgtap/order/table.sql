-- An order's constraints and guards, each tried with a row that breaks it and nothing else.
begin;
select plan(88);

select tests.set_stage();
select tests.open('alice');
select set_config('tests.order', tests.pending('alice', 'AAPL', 'buy', 10), true);
update orders set status = 'OPEN';

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"status": "PENDING", "order_number": 2}', '23505 orders_pkey'),
  ('{"status": "PENDING", "order_id": "1"}', '23514 book_id_names_its_book'),
  ('{"status": "PENDING", "trade_id": "1"}', '23514 book_id_names_its_book'),
  ('{"status": "PENDING", "side": "hold"}', '23514 side_is_known'),
  ('{"status": "PENDING", "order_type": "guess", "limit_price": null}', '23514 order_type_is_known'),
  ('{"status": "PENDING", "time_in_force": "soon"}', '23514 time_in_force_is_known'),
  ('{"status": "PENDING", "limit_price": null}', '23514 orders_limit_goes_with_its_type'),
  ('{"status": "PENDING", "order_type": "market"}', '23514 orders_limit_goes_with_its_type'),
  ('{"status": "PENDING", "stop_price": 5}', '23514 orders_stop_goes_with_its_type'),
  ('{"status": "PENDING", "order_type": "stop_limit"}', '23514 orders_stop_goes_with_its_type'),
  ('{"status": "PENDING", "pending_action": "think"}', '23514 pending_action_is_known'),
  ('{"status": "PENDING", "filled_quantity": -1}', '23514 magnitude_is_not_negative'),
  ('{"status": "PENDING", "filled_quantity": 10}', '23514 orders_are_filled_exactly_when_full'),
  ('{"status": "PENDING", "filled_quantity": 4}', '23514 orders_are_partial_only_with_fills'),
  ('{"status": "REJECTED", "reject_reason": "no", "filled_quantity": 4}', '23514 orders_rejected_are_never_filled'),
  ('{"status": "REJECTED"}', '23514 orders_rejected_say_why'),
  ('{"status": "PENDING", "reject_reason": "no"}', '23514 orders_rejected_say_why'),
  ('{"status": "REJECTED", "reject_reason": "no", "held_amount": 1}', '23514 orders_ended_hold_nothing'),
  ('{"status": "REJECTED", "reject_reason": "no", "held_quantity": 1}', '23514 orders_ended_hold_nothing'),
  ('{"status": "PENDING", "hold_unit": -1}', '23514 magnitude_is_not_negative'),
  ('{"status": "PENDING", "hold_fee": -1}', '23514 magnitude_is_not_negative'),
  ('{"status": "PENDING", "held_amount": -1}', '23514 magnitude_is_not_negative'),
  ('{"status": "PENDING", "held_quantity": -1}', '23514 magnitude_is_not_negative'),
  ('{"status": "PENDING", "idempotency_key": "k"}', '23514 orders_key_goes_with_its_request'),
  ('{"status": "PENDING", "request_hash": "\\x00"}', '23514 orders_key_goes_with_its_request'),
  ('{"status": "PENDING", "idempotency_key": "", "request_hash": "\\x00"}', '23514 idempotency_key_is_short'),
  ('{"status": "PENDING", "context": [1]}', '23514 json_object_is_one'),
  ('{"status": "PENDING", "origin": "rumour"}', '23514 order_origin_is_known'),
  ('{"status": "PENDING", "works_as": "magic"}', '23514 works_as_is_known'),
  ('{"status": "PENDING", "purpose": "hope"}', '23514 order_purpose_is_known'),
  ('{"status": "PENDING", "purpose": "close"}', '23514 orders_exits_belong_to_a_trade'),
  ('{"status": "PENDING", "version": 0}', '23514 version_counts'),
  ('{"status": "PENDING", "quantity": 0}', '23514 quantity_is_positive'),
  ('{"status": "PENDING", "quantity": "NaN"}', '23514 quantity_is_positive'),
  ('{"status": "PENDING", "quantity": "Infinity"}', '23514 quantity_is_positive'),
  ('{"status": "PENDING", "limit_price": -1}', '23514 price_is_positive'),
  ('{"status": "PENDING", "limit_price": "NaN"}', '23514 price_is_positive'),
  ('{"status": "PENDING", "fees": "NaN"}', '23514 amount_is_finite'),
  ('{"status": "PENDING", "fees": "-Infinity"}', '23514 amount_is_finite');

insert into cases
select change || jsonb_build_object('status', 'PENDING'), refused
from (values
  (jsonb_build_object('order_id', upper(book()) || '_1', 'order_number', 2), 'accepted'),
  (jsonb_build_object('order_id', upper(book()) || '_1'), '23505 orders_number_is_the_only'),
  (jsonb_build_object('order_id', upper(book()) || '_1', 'username', 'bob'), '23503 orders_session_fkey'),
  (jsonb_build_object('order_id', case book() when 'paper' then 'LIVE_1' else 'PAPER_1' end), '23514 book_id_names_its_book'),
  (jsonb_build_object('trade_id', case book() when 'paper' then 'LIVE_1' else 'PAPER_1' end), '23514 book_id_names_its_book'),
  (jsonb_build_object('idempotency_key', repeat('k', 201), 'request_hash', '\x00'), '23514 idempotency_key_is_short'),
  (jsonb_build_object('purpose', 'close', 'trade_id', upper(book()) || '_1', 'stop_loss', 90), '23514 orders_exits_have_no_bracket'),
  (jsonb_build_object('strategy', repeat('s', 101)), '23514 strategy_is_short')
) as of_the_book (change, refused);

select is(tests.refusal(tests.row_like('orders', change)), refused, refused || ' ' || left(change::text, 60)) from cases;

select is(tests.refusal($$ update orders set status = 'LOST' $$), '23514 order_status_is_known',
  'T-01-05 an unknown status is refused by its CHECK');
select is(tests.refusal($$ update orders set filled_quantity = 11, status = 'FILLED' $$),
  case book() when 'paper' then 'TB001 orders' else 'accepted' end,
  'rule 26: more than was ordered fills live only, where facts are never refused');

select is(tests.refusal(
  $$ insert into orders (username, order_id, portfolio_id, order_number, symbol, side, order_type, time_in_force, quantity,
                         currency, feed_owner, feed, works_as, effective_number, idempotency_key, request_hash, session)
     select username, new_id(), portfolio_id, n, 'AAPL', 'buy', 'market', 'DAY', 1, 'USD', feed_owner, feed, 'market', 0, 'k', '\x00', 1
     from portfolios, generate_series(2, 3) as n $$),
  '23505 orders_idempotency_key_is_the_only', 'T-01-03 idempotency_key UNIQUE rejects duplicates');

select is_empty(
  $$ select tests.laws_of('orders') except select split_part(refused, ' ', 2) from cases
     except values ('orders_idempotency_key_is_the_only') $$,
  'every law of orders is tried');

select is((select version::integer from orders), 1, 'T-01-04 version defaults to 1');
select is((select created_at from orders), now(), 'T-01-08 created_at fills itself');
select ok(exists (
    select from pg_index as i
    where i.indrelid = 'orders'::regclass and i.indpred is null
      and (select array_agg(a.attname::text order by k.place)
           from unnest(i.indkey) with ordinality as k (number, place)
           join pg_attribute as a on (a.attrelid, a.attnum) = (i.indrelid, k.number)
           where k.place <= 2) = array['username', 'status']),
  'T-01-07 an index begins with (username, status)');

select is(tests.refusal('delete from orders where false'), 'TB001 orders', 'orders_are_never_removed: deleted');
select is(tests.refusal('truncate orders cascade'), 'TB001 orders', 'orders_are_never_removed: truncated');

select is(tests.refusal(tests.row_like('orders', jsonb_build_object('status', status, 'order_id', new_id(), 'order_number', 2,
            'filled_quantity', case status when 'FILLED' then 10 when 'PARTIALLY_FILLED' then 4 else 0 end))),
          'TB001 orders', 'orders_begin_before_they_end: not as ' || status)
from unnest(array['OPEN', 'CANCELED', 'EXPIRED']) as begun (status);
select is(tests.refusal(tests.row_like('orders', jsonb_build_object('status', 'FILLED', 'order_id', new_id(), 'order_number', 2, 'filled_quantity', 10))),
          'accepted', 'but it may begin with its first fill');

select is(tests.refusal(format('update orders set %I = %L', field, value)), 'TB001 orders', 'orders_terms_are_final: ' || field)
from (values ('username', 'bob'), ('order_id', new_id()), ('portfolio_id', '00000000-0000-7000-8000-000000000001'),
             ('order_number', '2'), ('symbol', 'MSFT'), ('strategy', 'other'), ('side', 'sell'), ('order_type', 'market'),
             ('time_in_force', 'DAY'), ('currency', 'EUR'), ('idempotency_key', 'k'), ('request_hash', '\x00'),
             ('origin', 'external'), ('context', '{"a": 1}'), ('feed_owner', 'alice'), ('feed', 'realtime'),
             ('session', '2'), ('purpose', 'close'), ('placed_at', '2000-01-01'), ('created_at', '2000-01-01')) as final (field, value);

select is(tests.refusal(format('update orders set %s', change)), refused, 'orders_terms_change_by_replacing: ' || change)
from (values ('quantity = 11', 'TB001 orders'), ('limit_price = 99', 'TB001 orders'), ('stop_price = 99', 'TB001 orders'),
             ('quantity = 11, version = version + 2', 'TB001 orders'),
             ('quantity = 11, version = version + 1', 'accepted')) as tried (change, refused);

update orders set filled_quantity = 4, status = 'PARTIALLY_FILLED', version = 2;
select is(tests.refusal('update orders set filled_quantity = 3'), 'TB001 orders', 'orders_fills_only_add_up');
select is(tests.refusal('update orders set version = 1'), 'TB001 orders',
  'orders_fills_only_add_up: nor does the version go back');
select is(tests.refusal('update orders set filled_quantity = 5'), 'accepted', 'fills add up');

select finish();
rollback;
