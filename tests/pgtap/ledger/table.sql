-- Ledger entries are facts: their constraints, and that nothing changes them.
begin;
select plan(16);

select tests.set_stage();
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) like '%';

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"seq": 9}', 'accepted'),
  ('{}', '23505 ledger_entries_pkey'),
  ('{"seq": 9, "username": "bob"}', '23503 ledger_entries_session_fkey'),
  ('{"seq": 9, "execution_seq": 9}', '23503 ledger_entries_execution_fkey'),
  ('{"seq": 0}', '23514 ledger_entries_seq_counts'),
  ('{"kind": "gift"}', '23514 ledger_entries_kind_is_known'),
  ('{"kind": "settlement"}', '23514 ledger_entries_trading_has_its_fill'),
  ('{"kind": "deposit", "amount": -1}', '23514 ledger_entries_deposits_come_in'),
  ('{"kind": "withdrawal", "amount": 1}', '23514 ledger_entries_withdrawals_go_out'),
  ('{"amount": "NaN"}', '23514 amount_is_finite');

select is(tests.refusal(tests.row_like('ledger_entries', change)), refused, refused || ' ' || change) from cases;
select is_empty($$ select tests.laws_of('ledger_entries') except select split_part(refused, ' ', 2) from cases $$,
  'every law of ledger entries is tried');

select is(tests.refusal(act), 'TB001 ledger_entries', 'ledger_entries_are_facts: ' || act)
from unnest(array['update ledger_entries set amount = 1 where false', 'delete from ledger_entries where false',
                  'truncate ledger_entries']) as tried (act);

select results_eq(
  $$ select seq, kind, amount::numeric, execution_seq from ledger_entries order by seq $$,
  $$ values (1::bigint, 'deposit', 100000::numeric, null::bigint), (2, 'settlement', -1000, 1), (3, 'fee', -1, 1) $$,
  'rule 3: each movement is an entry of its kind, numbered without gaps, and names its fill');

select results_eq($$ select amount::numeric from balances $$, $$ select sum(amount) from ledger_entries $$,
  'a balance is the sum of its entries');

select finish();
rollback;
