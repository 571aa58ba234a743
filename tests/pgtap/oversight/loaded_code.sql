-- The list of code that was loaded: of known kinds, whole, and nobody's to write.
begin;
select plan(9);

select throws_ok($$ insert into oversight.loaded_code values ('mood', 'good', '') $$, '23514',
                 'new row for relation "loaded_code" violates check constraint "loaded_code_kind_is_known"', 'kinds are known');
select throws_ok($$ insert into oversight.loaded_code select kind, name, '' from oversight.loaded_code limit 1 $$, '23505', null, 'code is listed once');
select bag_eq($$ select kind, name, fingerprint from oversight.present_code() $$,
              $$ select kind, name, fingerprint from oversight.loaded_code where kind <> 'twins'' difference' $$, 'all that is there was loaded');

select tests.set_stage();
select throws_ok(format('set role %s; delete from oversight.loaded_code', role), '42501', null, role || ' forgets no code')
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_broker', 'twinbook_market_data', 'twinbook_auditor', 'twinbook_admin']) as role;

select * from finish();
rollback;
