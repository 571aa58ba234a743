-- What brokers call instruments: constraints, and the verb that says so.
begin;
select plan(22);

select tests.set_stage();
select set_config('role', 'twinbook_market_data', true);
select is((select broker_symbol from shared_data.add_broker_symbol('kraken', 'AAPL', 'XAPL')), 'XAPL', 'a broker''s name is stored');
select is((select broker_symbol from shared_data.add_broker_symbol('kraken', 'AAPL', 'XXAPL')), 'XXAPL', 'and corrected');
select is((select broker_symbol from shared_data.add_broker_symbol('alpaca', 'AAPL', 'XXAPL')), 'XXAPL', 'another broker''s is its own');
select throws_ok(format('select shared_data.add_broker_symbol(%s)', terms), code, null, format('%s: %s', code, terms))
from (values ('''kraken'', ''NONE'', ''X''', 'TB404'), ('''kraken'', ''MSFT'', ''XXAPL''', 'TB422'), ('''Bank'', ''MSFT'', ''X''', 'TB400'),
             ('''kraken'', ''MSFT'', ''a b''', 'TB400'), ('''kraken'', ''MSFT'', null', 'TB400'), ('null, ''MSFT'', ''X''', 'TB400')) as wrong (terms, code);
select tests.act_as('alice', 'live');
select throws_ok($$ select shared_data.add_broker_symbol('kraken', 'MSFT', 'X') $$, '42501', null, 'a trader names none');
select isnt_empty('select * from shared_data.broker_symbols', 'but reads them');

select tests.act_as_installer();
select results_eq($$ select details from oversight.audit_log where operation = 'broker_symbol_added' order by seq limit 1 $$,
  $$ values ('{"broker": "kraken", "symbol": "AAPL", "broker_symbol": "XAPL"}'::jsonb) $$, 'each is an act');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"symbol": "MSFT", "broker_symbol": "M"}', 'accepted'),
  ('{}', '23505 broker_symbols_pkey'),
  ('{"symbol": "MSFT"}', '23505 broker_symbols_name_is_the_only'),
  ('{"symbol": "NONE", "broker_symbol": "M"}', '23503 broker_symbols_instrument_fkey'),
  ('{"symbol": "MSFT", "broker_symbol": ""}', '23514 broker_symbols_name_is_short'),
  ('{"symbol": "MSFT", "broker_symbol": "a b"}', '23514 broker_symbols_name_is_short'),
  ('{"symbol": "MSFT", "broker_symbol": "M", "broker": "Bank"}', '23514 broker_is_a_name');
insert into cases select jsonb_build_object('symbol', 'MSFT', 'broker_symbol', repeat('M', 65)), '23514 broker_symbols_name_is_short';
select is(tests.refusal(tests.row_like('shared_data.broker_symbols', change)), refused, refused || ' ' || left(change::text, 60)) from cases;
select is_empty($$ select tests.laws_of('shared_data.broker_symbols') except select split_part(refused, ' ', 2) from cases $$,
  'every law of broker symbols is tried');
select set_config('role', 'twinbook_engine', true);
select is(tests.refusal('delete from shared_data.broker_symbols'), '42501', 'nobody removes one');

select tests.act_as_installer();
select finish();
rollback;
