-- State that isn't what the facts say is found: by differences, and so by verify.
begin;
select plan(27);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null, tests.trade('alice', 'AAPL', 'sell', 4, 110, fee => 1) is not null;
select set_config('tests.partly', tests.pending('alice', 'AAPL', 'sell', 4), true);
select tests.fill(current_setting('tests.partly'), 1, 100);
select is_empty('select * from differences()', 'an honest book has none');

do $$
declare t text;
begin
  foreach t in array array['portfolios', 'balances', 'orders', 'positions', 'executions', 'ledger_entries', 'trades', 'sessions'] loop
    execute format('alter table %I disable trigger user', t);
  end loop;
end
$$;
create function pg_temp.found(tampering text) returns text language plpgsql as $$
declare
  told text;
  bad  text;
begin
  execute tampering;
  select string_agg(distinct d.what, ', ' order by d.what) into told from differences() as d where d.username = 'alice';
  select string_agg(v.username, ', ') into bad from verify() as v where not v.rebuilt_equals_stored;
  raise exception using errcode = 'TT000', message = coalesce(told, 'nothing') || ': ' || coalesce(bad, 'nobody');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
select is(pg_temp.found(tampering), found, tampering)
from (values
  ('select 1', 'nothing: nobody'),
  ('update balances set amount = amount + 1 where username = ''alice''', 'balance: alice'),
  ('update balances set held = held + 1 where username = ''alice''', 'held: alice'),
  ('update positions set quantity = quantity + 1', 'open of the trade, position: alice'),
  ('update positions set cost = cost + 1', 'position cost: alice'),
  ('update positions set realized_pnl = realized_pnl + 1', 'position realized: alice'),
  ('update positions set fees = fees + 1', 'position fees: alice'),
  ('update orders set filled_quantity = filled_quantity + 1 where order_number = 3', 'filled, quantity held by order: alice'),
  ('update orders set filled_value = filled_value + 1 where order_number = 3', 'filled value: alice'),
  ('update orders set fees = fees + 1 where order_number = 3', 'order fees: alice'),
  ('update orders set held_amount = held_amount + 1 where order_number = 3', 'held by order: alice'),
  ('update orders set held_quantity = held_quantity + 1 where order_number = 3', 'quantity held by order: alice'),
  ('delete from ledger_entries where username = ''alice'' and seq = 1', 'balance, ledger entries counted: alice'),
  ('update ledger_entries set amount = amount - 1 where username = ''alice'' and kind = ''fee'' and execution_seq = 1', 'balance, settled: alice'),
  ('update executions set price = price + 1 where seq = 1', 'filled value, position cost, settled, trade entry value: alice'),
  ('update portfolios set order_seq = order_seq + 1 where username = ''alice''', 'orders counted: alice'),
  ('update portfolios set execution_seq = execution_seq + 1 where username = ''alice''', 'executions counted: alice'),
  ('update portfolios set ledger_seq = ledger_seq + 1 where username = ''alice''', 'ledger entries counted: alice'),
  ('update trades set entry_quantity = entry_quantity + 1', 'open of the trade, trade entered: alice'),
  ('update trades set exit_value = exit_value + 1', 'trade exit value: alice'),
  ('update trades set realized_pnl = realized_pnl + 1', 'trade realized: alice'),
  ('update trades set fees = fees + 1', 'trade fees: alice'),
  ('update trades set stop_loss = 90', 'exits missing: alice'),
  ('delete from positions', 'open without a position, position, quantity held by order: alice')) as tried (tampering, found);

select tests.act_as('alice', book());
select throws_ok('select * from differences()', '42501', null, 'applications verify by their verb');
select results_eq('select portfolio::text, rebuilt_equals_stored, chain_intact from verify_portfolios()', $$ values ('main', true, true) $$,
  'which sees their own only');

select tests.act_as_installer();
select finish();
rollback;
