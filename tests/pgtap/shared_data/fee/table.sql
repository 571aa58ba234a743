-- A fee row's constraints and guards.
begin;
select plan(18);

insert into shared_data.fees (venue, asset_class, component, basis, rate, minimum, maximum, source)
values ('a venue', 'equity', 'commission', 'unit', 0.005, 1, 10, 'a page');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"component": "other"}', 'accepted'),
  ('{}', '23505 fees_pkey'),
  ('{"side": "hold"}', '23514 fees_side_is_known'),
  ('{"liquidity": "liquid"}', '23514 fees_liquidity_is_known'),
  ('{"basis": "mood"}', '23514 fees_basis_is_known'),
  ('{"rate": -1}', '23514 fees_rate_is_no_rebate'),
  ('{"minimum": -1}', '23514 fees_bounds_are_ordered'),
  ('{"maximum": 0.5}', '23514 fees_bounds_are_ordered'),
  ('{"decimals": 19}', '23514 fees_decimals_are_few'),
  ('{"charged_in": "kind", "basis": "percent", "minimum": null, "maximum": null}', '23514 fees_charged_in_is_known'),
  ('{"component": "other", "charged_in": "credited", "basis": "percent", "minimum": null, "maximum": null}', 'accepted'),
  ('{"component": "other", "charged_in": "credited", "minimum": null, "maximum": null}', '23514 fees_credited_are_a_part'),
  ('{"component": "other", "charged_in": "credited", "basis": "percent"}', '23514 fees_credited_are_a_part'),
  ('{"rate": "NaN"}', '23514 amount_is_finite');

select is(tests.refusal(tests.row_like('shared_data.fees', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('shared_data.fees') except select split_part(refused, ' ', 2) from cases $$,
  'every law of fees is tried');

select is(tests.refusal('update shared_data.fees set rate = 1'), 'TB001 fees', 'fees_are_final: changed');
select is(tests.refusal('delete from shared_data.fees'), 'TB001 fees', 'fees_are_final: deleted');
select is(tests.refusal('truncate shared_data.fees'), 'TB001 fees', 'fees_are_never_removed');

select finish();
rollback;
