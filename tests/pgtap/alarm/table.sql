-- The constraints and guards of alarms.
begin;
select plan(30);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select set_config('tests.order', tests.pending('alice', 'AAPL', 'buy', 10), true), set_config('tests.his', tests.pending('bob', 'AAPL', 'buy', 10), true);
insert into alarms (username, alarm_id, portfolio_id, kind, severity, order_id)
select username, '00000000-0000-7000-8000-000000000000', portfolio_id, 'late_fill', 'HIGH', current_setting('tests.order') from portfolios where username = 'alice';

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{}', '23505 alarms_pkey'),
  ('{"order_id": null}', 'accepted'),
  ('{"username": "bob", "order_id": null}', '23503 alarms_portfolio_fkey'),
  ('{"portfolio_id": "00000000-0000-7000-8000-000000000009"}', '23503 alarms_portfolio_fkey'),
  ('{"order_id": "none"}', '23503 alarms_order_fkey'),
  ('{"kind": "Late Fill"}', '23514 alarms_kind_is_a_word'),
  ('{"kind": ""}', '23514 alarms_kind_is_a_word'),
  ('{"severity": "DIRE"}', '23514 alarms_severity_is_known'),
  ('{"acknowledged_by": "alice"}', '23514 alarms_acknowledged_by_whom'),
  ('{"acknowledged_at": "2026-03-02"}', '23514 alarms_acknowledged_by_whom'),
  ('{"details": []}', '23514 json_object_is_one');
insert into cases select jsonb_build_object('order_id', current_setting('tests.his')), '23503 alarms_order_fkey';

select is(tests.refusal(tests.row_like('alarms', case refused when '23505 alarms_pkey' then change else '{"alarm_id": "00000000-0000-7000-8000-000000000001"}' || change end)),
          refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('alarms') except select split_part(refused, ' ', 2) from cases $$, 'every law of alarms is tried');

select is(tests.refusal(act), 'TB001 alarms', 'alarms_are_never_removed: ' || act)
from unnest(array['delete from alarms where false', 'truncate alarms']) as tried (act);
select is(tests.refusal(format('update alarms set %I = %L', field, value)), 'TB001 alarms', 'alarms_are_facts: ' || field)
from (values ('username', 'bob'), ('alarm_id', '00000000-0000-7000-8000-000000000009'), ('portfolio_id', '00000000-0000-7000-8000-000000000009'),
             ('kind', 'other'), ('severity', 'LOW'), ('order_id', null), ('details', '{"a": "1"}'), ('raised_at', '2000-01-01')) as final (field, value);
select is(tests.refusal($$ update alarms set acknowledged_at = now(), acknowledged_by = 'alice' $$), 'accepted', 'it can be acknowledged');
update alarms set acknowledged_at = now(), acknowledged_by = 'alice';
select is(tests.refusal($$ update alarms set acknowledged_by = 'bob' $$), 'TB001 alarms', 'once');
select is(tests.refusal('update alarms set acknowledged_at = null, acknowledged_by = null'), 'TB001 alarms', 'for good');

select tests.act_as('alice', book());
select throws_ok(act, '42501', null, 'and not past the verbs: ' || act)
from unnest(array['insert into alarms default values', 'update alarms set acknowledged_at = now()', 'delete from alarms', 'truncate alarms']) as tried (act);

select tests.act_as_installer();
select finish();
rollback;
