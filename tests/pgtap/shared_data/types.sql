-- The domains that money is kept in, and the ids.
begin;
select plan(122);

create temporary table cases (domain text, value text, refused text);
insert into cases values
  ('price', '0.01', 'accepted'), ('price', '0', '23514 price_is_positive'), ('price', '-1', '23514 price_is_positive'),
  ('price', 'Infinity', '23514 price_is_positive'), ('price', 'NaN', '23514 price_is_positive'),
  ('quantity', '0.5', 'accepted'), ('quantity', '0', '23514 quantity_is_positive'), ('quantity', '-1', '23514 quantity_is_positive'),
  ('quantity', 'Infinity', '23514 quantity_is_positive'), ('quantity', 'NaN', '23514 quantity_is_positive'),
  ('amount', '-5', 'accepted'), ('amount', '0', 'accepted'), ('amount', 'Infinity', '23514 amount_is_finite'),
  ('amount', '-Infinity', '23514 amount_is_finite'), ('amount', 'NaN', '23514 amount_is_finite'),
  ('magnitude', '0', 'accepted'), ('magnitude', '-1', '23514 magnitude_is_not_negative'),
  ('magnitude', 'NaN', '23514 magnitude_is_not_negative'), ('magnitude', 'Infinity', '23514 magnitude_is_not_negative'),
  ('percent', '0', 'accepted'), ('percent', '-0.1', '23514 percent_is_a_part'), ('percent', '100', '23514 percent_is_a_part'),
  ('percent', 'NaN', '23514 percent_is_a_part'),
  ('share', '0', 'accepted'), ('share', '100', 'accepted'), ('share', '-1', '23514 share_is_a_part'), ('share', '101', '23514 share_is_a_part'),
  ('share', 'NaN', '23514 share_is_a_part'),
  ('age', '1 second', 'accepted'), ('age', '1000 years', 'accepted'), ('age', '1001 years', '23514 age_is_a_time'), ('age', '0', '23514 age_is_a_time'), ('age', '-1 day', '23514 age_is_a_time'),
  ('milliseconds', '0', 'accepted'), ('milliseconds', '-1', '23514 milliseconds_are_a_time'),
  ('version', '1', 'accepted'), ('version', '0', '23514 version_counts'),
  ('json_object', '{}', 'accepted'), ('json_object', '[]', '23514 json_object_is_one'), ('json_object', '1', '23514 json_object_is_one'),
  ('label', 'a', 'accepted'), ('label', repeat('a', 63), 'accepted'), ('label', '', '23514 label_is_short'),
  ('label', ' a', '23514 label_is_short'), ('label', 'a ', '23514 label_is_short'), ('label', repeat('a', 64), '23514 label_is_short'),
  ('strategy', '', 'accepted'), ('strategy', repeat('a', 100), 'accepted'), ('strategy', repeat('a', 101), '23514 strategy_is_short'),
  ('idempotency_key', 'k', 'accepted'), ('idempotency_key', '', '23514 idempotency_key_is_short'),
  ('idempotency_key', repeat('k', 201), '23514 idempotency_key_is_short'),
  ('broker', 'none', 'accepted'), ('broker', 'a-broker_2', 'accepted'), ('broker', repeat('b', 31), 'accepted'),
  ('broker', repeat('b', 32), '23514 broker_is_a_name'), ('broker', '', '23514 broker_is_a_name'), ('broker', 'Tradier', '23514 broker_is_a_name'),
  ('broker', '2nd', '23514 broker_is_a_name'), ('broker', 'a b', '23514 broker_is_a_name');

-- The field's words: each of them, and one that isn't.
insert into cases
select domain, word, case word when 'another' then '23514 ' || domain || '_is_known' else 'accepted' end
from (values
  ('side', '{buy,sell}'::text[]), ('order_type', '{market,limit,stop,stop_limit}'), ('time_in_force', '{DAY,GTC,IOC,FOK}'),
  ('order_status', '{PENDING,OPEN,PARTIALLY_FILLED,FILLED,REJECTED,CANCELED,EXPIRED}'),
  ('pending_action', '{none,cancel,replace}'), ('works_as', '{market,limit,stop}'), ('order_origin', '{user,external}'),
  ('order_purpose', '{trade,close,stop_loss,take_profit}'), ('direction', '{long,short}'),
  ('trade_status', '{PENDING,PARTIALLY_FILLED,OPEN,CLOSING,CLOSED,EXPIRED,CANCELED}'),
  ('liquidity', '{maker,taker}'), ('price_source', '{quote,history,mock,mark,settlement,broker}'))
  as spoken (domain, words), unnest(words || array['another']) as word;

select is(tests.refusal(format('select %L::shared_data.%I', value, domain)), refused, format('%s: %s is %s', domain, left(value, 20), refused))
from cases;

select is_empty(
  $$ select conname::text from pg_constraint where contypid <> 0 and connamespace = 'shared_data'::regnamespace
     except select split_part(refused, ' ', 2) from cases $$,
  'the law of every domain is tried');

create temporary table ids as
select n, shared_data.uuid7() as id from generate_series(1, 1000) as n;

select is(count(distinct id), 1000::bigint, 'a thousand ids are a thousand') from ids;
select ok(bool_and(id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]'), 'all are of version 7, in the standard''s variant') from ids;
select ok(bool_and(abs(extract(epoch from clock_timestamp()) * 1000
                       - ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint) < 60000),
  'an id begins with its millisecond, so new keys land at the end of an index') from ids;

select finish();
rollback;
