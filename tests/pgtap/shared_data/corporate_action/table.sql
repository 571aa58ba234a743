-- A corporate action's constraints and guards.
begin;
select plan(17);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select shared_data.record_corporate_action('AAPL', 2, 1, feed => 'tape') is not null;

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"number": 2}', 'accepted'),
  ('{}', '23505 corporate_actions_pkey'),
  ('{"number": 0}', '23514 corporate_actions_number_counts'),
  ('{"number": 2, "feed": "nowhere"}', '23503 corporate_actions_feed_fkey'),
  ('{"number": 2, "symbol": "NONE"}', '23503 corporate_actions_symbol_fkey'),
  ('{"number": 2, "kind": "symbol_change", "new_units": null, "old_units": null, "new_symbol": "NONE"}', '23503 corporate_actions_new_symbol_fkey'),
  ('{"number": 2, "kind": "symbol_change", "new_units": null, "old_units": null, "new_symbol": "MSFT"}', 'accepted'),
  ('{"number": 2, "kind": "spin_off", "new_units": null, "old_units": null}', '23514 corporate_actions_kind_is_known'),
  ('{"number": 2, "kind": "symbol_change", "new_symbol": "MSFT"}', '23514 corporate_actions_splits_have_terms'),
  ('{"number": 2, "old_units": null}', '23514 corporate_actions_splits_have_terms'),
  ('{"number": 2, "new_symbol": "MSFT"}', '23514 corporate_actions_changes_have_one'),
  ('{"number": 2, "new_units": 0}', '23514 quantity_is_positive');

select is(tests.refusal(tests.row_like('shared_data.corporate_actions', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.corporate_actions') except select split_part(refused, ' ', 2) from cases $$,
  'every law of corporate actions is tried');
select is(tests.refusal(act), 'TB001 corporate_actions', 'corporate_actions_are_facts: ' || act)
from unnest(array['update shared_data.corporate_actions set new_units = 3', 'delete from shared_data.corporate_actions', 'truncate shared_data.corporate_actions']) as tried (act);
select is((select created_at from shared_data.corporate_actions), now(), 'T-01-08 created_at fills itself');

select finish();
rollback;
