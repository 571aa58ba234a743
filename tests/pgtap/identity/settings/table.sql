-- The constraints and guards of settings and of risk limits.
begin;
select plan(23);

select tests.set_stage();
insert into identity.risk_limits (username, currency, max_order_value) values ('alice', 'USD', 1000);

create temporary table cases (target regclass, change jsonb, refused text);
insert into cases values
  ('identity.settings', '{}', '23505 settings_pkey'),
  ('identity.settings', '{"username": "market"}', 'accepted'),
  ('identity.settings', '{"username": "nobody"}', '23503 settings_user_fkey'),
  ('identity.settings', '{"slippage_percent": 100}', '23514 percent_is_a_part'),
  ('identity.settings', '{"fill_delay_ms": -1}', '23514 milliseconds_are_a_time'),
  ('identity.settings', '{"max_quote_age": "0"}', '23514 age_is_a_time'),
  ('identity.settings', '{"max_history_age": "-1 day"}', '23514 age_is_a_time'),
  ('identity.settings', '{"initial_balances": [1]}', '23514 json_object_is_one'),
  ('identity.settings', '{"version": 0}', '23514 version_counts'),
  ('identity.risk_limits', '{}', '23505 risk_limits_pkey'),
  ('identity.risk_limits', '{"currency": "EUR"}', 'accepted'),
  ('identity.risk_limits', '{"username": "nobody"}', '23503 risk_limits_user_fkey'),
  ('identity.risk_limits', '{"currency": "XXX"}', '23503 risk_limits_currency_fkey'),
  ('identity.risk_limits', '{"max_order_value": 0}', '23514 risk_limits_are_above_zero'),
  ('identity.risk_limits', '{"max_position_value": -1}', '23514 risk_limits_are_above_zero'),
  ('identity.risk_limits', '{"max_daily_loss": 0}', '23514 risk_limits_are_above_zero'),
  ('identity.risk_limits', '{"max_daily_loss": "NaN"}', '23514 amount_is_finite'),
  ('identity.risk_limits', '{"version": 0}', '23514 version_counts');

select is(tests.refusal(tests.row_like(target, change)), refused, refused || ' ' || change) from cases;
select is_empty(
  $$ select law from unnest(array['identity.settings', 'identity.risk_limits']::regclass[]) as t, tests.laws_of(t) as law
     except select split_part(refused, ' ', 2) from cases $$,
  'every law of settings and limits is tried');

select is(tests.refusal(format(act, t)), 'TB001 ' || t, t || '_are_never_removed: ' || act)
from unnest(array['settings', 'risk_limits']) as t,
     unnest(array['delete from identity.%I where false', 'truncate identity.%I']) as act;

select finish();
rollback;
