-- Every code that a function raises is explained, and everyone may read the explanations.
begin;
select plan(8);

select is_empty(
  $$ select distinct code[1]
     from pg_proc as p, regexp_matches(p.prosrc, '(TB[0-9]{3})', 'g') as code
     where p.pronamespace in ('identity'::regnamespace, 'shared_data'::regnamespace, 'paper_trading'::regnamespace,
                              'live_trading'::regnamespace, 'oversight'::regnamespace)
     except select code from shared_data.error_codes $$,
  'no code is raised that isn''t explained');
select is((select count(*) from shared_data.error_codes), (select count(distinct code) from shared_data.error_codes),
  'each code is explained once');

select lives_ok(format('set local role %I; select * from shared_data.error_codes', reader), reader || ' reads the codes')
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin',
                  'twinbook_auditor']) as readers (reader);
reset role;

select finish();
rollback;
