-- The constraints and guards of differences.
begin;
select plan(31);

select tests.set_stage();
select tests.open_at_broker('alice');
insert into reconciliation_differences (username, difference_id, portfolio_id, kind, key, in_book, at_broker, severity)
select username, '00000000-0000-7000-8000-000000000000', portfolio_id, 'cash', 'USD', 1, 2, 'LOW' from portfolios;

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"key": "EUR"}', 'accepted'),
  ('{}', '23505 reconciliation_differences_open_once'),
  ('{"state": "AGREED", "closed_at": "2026-03-02"}', 'accepted'),
  ('{"difference_id": "00000000-0000-7000-8000-000000000000", "key": "EUR"}', '23505 reconciliation_differences_pkey'),
  ('{"username": "bob"}', '23503 reconciliation_differences_portfolio_fkey'),
  ('{"key": "EUR", "portfolio_id": "00000000-0000-7000-8000-000000000009"}', '23503 reconciliation_differences_portfolio_fkey'),
  ('{"kind": "mood"}', '23514 reconciliation_differences_kind_is_known'),
  ('{"severity": "DIRE"}', '23514 reconciliation_differences_severity_is_known'),
  ('{"state": "GONE", "closed_at": "2026-03-02"}', '23514 reconciliation_differences_state_is_known'),
  ('{"state": "AGREED"}', '23514 reconciliation_differences_end_is_dated'),
  ('{"closed_at": "2026-03-02"}', '23514 reconciliation_differences_end_is_dated'),
  ('{"state": "ACCEPTED", "closed_at": "2026-03-02"}', '23514 reconciliation_differences_accepted_say_why'),
  ('{"reason": "why"}', '23514 reconciliation_differences_accepted_say_why'),
  ('{"state": "ACCEPTED", "closed_at": "2026-03-02", "reason": "why"}', 'accepted'),
  ('{"times_seen": 0}', '23514 reconciliation_differences_are_seen'),
  ('{"in_book": "NaN"}', '23514 amount_is_finite');
select is(tests.refusal(tests.row_like('reconciliation_differences', '{"difference_id": "00000000-0000-7000-8000-000000000001"}' || change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('reconciliation_differences') except select split_part(refused, ' ', 2) from cases $$,
  'every law of differences is tried');

select is(tests.refusal(act), 'TB001 reconciliation_differences', 'reconciliation_differences_are_never_removed: ' || act)
from unnest(array['delete from reconciliation_differences where false', 'truncate reconciliation_differences']) as tried (act);
select is(tests.refusal(format('update reconciliation_differences set %I = %L', field, value)), 'TB001 reconciliation_differences', 'reconciliation_differences_end_once: ' || field)
from (values ('username', 'bob'), ('difference_id', '00000000-0000-7000-8000-000000000009'), ('portfolio_id', '00000000-0000-7000-8000-000000000009'),
             ('kind', 'order'), ('key', 'EUR'), ('first_seen_at', '2000-01-01')) as final (field, value);
select is(tests.refusal('update reconciliation_differences set times_seen = 2, in_book = 3, at_broker = 4, severity = ''HIGH'', last_seen_at = now()'), 'accepted', 'what is seen again moves');
update reconciliation_differences set state = 'AGREED', closed_at = now();
select is(tests.refusal('update reconciliation_differences set state = ''OPEN'', closed_at = null'), 'TB001 reconciliation_differences', 'once closed it stays so');

select tests.act_as('alice', 'live');
select throws_ok(act, '42501', null, 'nobody changes one past the verbs: ' || act)
from unnest(array['insert into reconciliation_differences default values', 'update reconciliation_differences set severity = ''LOW''', 'delete from reconciliation_differences', 'truncate reconciliation_differences']) as tried (act);
select tests.act_as_installer();
select finish();
rollback;
