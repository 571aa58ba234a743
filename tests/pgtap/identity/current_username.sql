-- U1: who is asking comes from one setting; unset or empty is nobody.
begin;
select plan(13);

select is(identity.current_username('paper'), null, 'never set: nobody');
select set_config('app.current_user', 'alice', true);
select is(identity.current_username('paper'), 'alice', 'set: that user');
select is(identity.current_username(null), 'alice', 'in any book');
savepoint before;
set local "app.current_user" = 'bob';
select is(identity.current_username('live'), 'bob', 'SET LOCAL says it too');
rollback to before;
select is(identity.current_username('live'), 'alice', 'and ends with its transaction');
select set_config('app.current_user', '', true);
select is(identity.current_username('paper'), null, 'empty: nobody');
select is((select provolatile::text || proparallel::text from pg_proc where oid = 'identity.current_username'::regproc), 'ss',
  'stable and parallel safe, as it is: never immutable');

select tests.set_stage();
select lives_ok(format('set local role %I; select identity.current_username(null)', name), name || ' may ask')
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor', 'twinbook_engine']) as name;

reset role;
select finish();
rollback;
