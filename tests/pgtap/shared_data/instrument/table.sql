-- An instrument's constraints and guards.
begin;
select plan(24);

select tests.set_stage();

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"symbol": "X"}', 'accepted'),
  ('{}', '23505 instruments_pkey'),
  ('{"symbol": "X", "currency": "XXX"}', '23503 instruments_currency_fkey'),
  ('{"symbol": "X", "asset_class": "crypto", "base_currency": "XXX"}', '23503 instruments_base_currency_fkey'),
  ('{"symbol": "two words"}', '23514 instruments_symbol_is_one_word'),
  ('{"symbol": ""}', '23514 instruments_symbol_is_one_word'),
  ('{"asset_class": "tulips"}', '23514 instruments_asset_class_is_known'),
  ('{"asset_class": "crypto"}', '23514 instruments_base_goes_with_spot'),
  ('{"base_currency": "BTC"}', '23514 instruments_base_goes_with_spot'),
  ('{"trading_days": [8]}', '23514 instruments_trading_days_are_known'),
  ('{"trading_days": []}', '23514 instruments_trading_days_are_known'),
  ('{"stop_trigger": "mood"}', '23514 instruments_stop_trigger_is_known'),
  ('{"symbol": "X", "asset_class": "option"}', '23514 instruments_options_say_on_what'),
  ('{"symbol": "X", "underlying": "MSFT"}', '23514 instruments_options_say_on_what'),
  ('{"symbol": "X", "asset_class": "option", "underlying": "MSFT", "option_type": "both", "strike": 5, "expiry": "2026-03-20"}',
   '23514 instruments_option_type_is_known'),
  ('{"symbol": "X", "asset_class": "option", "underlying": "XXXX", "option_type": "put", "strike": 5, "expiry": "2026-03-20"}',
   '23503 instruments_underlying_fkey'),
  ('{"symbol": "X", "asset_class": "option", "underlying": "MSFT", "option_type": "put", "strike": 5, "expiry": "2026-03-20"}', 'accepted'),
  ('{"tick": 0}', '23514 price_is_positive'),
  ('{"lot": 0}', '23514 quantity_is_positive'),
  ('{"multiplier": -1}', '23514 quantity_is_positive');

select is(tests.refusal(tests.row_like('shared_data.instruments', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.instruments') except select split_part(refused, ' ', 2) from cases $$,
  'every law of instruments is tried');

select is(tests.refusal('delete from shared_data.instruments where false'), 'TB001 instruments',
  'instruments_are_never_removed: deleted');
select is(tests.refusal('truncate shared_data.instruments cascade'), 'TB001 instruments',
  'instruments_are_never_removed: truncated');
select is(tests.refusal('update shared_data.instruments set tick = 1'), 'TB001 instruments',
  'instruments_terms_are_final');

select finish();
rollback;
