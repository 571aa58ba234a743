-- Auditors and administrators verify a whole book.
begin;
select plan(9);

select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN') is not null;
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;

set local role twinbook_auditor;
select results_eq($$ select username, events, rebuilt_equals_stored, chain_intact, first_bad_seq from oversight.verify_book('paper') $$,
  $$ values ('alice', 4::bigint, true, true, null::bigint), ('bob', 2, true, true, null) $$, 'one row a portfolio');
select is_empty($$ select * from oversight.verify_book('live') $$, 'each book by itself');
select throws_ok($$ select * from oversight.verify_book('both') $$, 'TB400', null, 'a book that there is');
select throws_ok($$ select * from oversight.verify_book(null) $$, 'TB400', null, 'and is said');

set local role twinbook_admin;
select is((select count(*) from oversight.verify_book('paper')), 2::bigint, 'an administrator''s login may');
select set_config('app.current_user', tests.says('adam', 'administration'), true);
select is((select count(*) from oversight.verify_book('paper')), 2::bigint, 'and an administrator');
select set_config('app.current_user', tests.says('alice', 'administration'), true);
select throws_ok($$ select * from oversight.verify_book('paper') $$, 'TB403', null, 'a USER may not, even there');
select tests.act_as('alice', 'paper');
select throws_ok($$ select * from oversight.verify_book('paper') $$, '42501', null,
  'an application''s session has no such verb');

select tests.act_as_installer();
alter table paper_trading.balances disable trigger user;
update paper_trading.balances set amount = 5 where username = 'alice';
set local role twinbook_auditor;
select results_eq($$ select username, rebuilt_equals_stored, chain_intact from oversight.verify_book('paper') $$,
  $$ values ('alice', false, true), ('bob', true, true) $$, 'what was tampered with is told');

reset role;
select finish();
rollback;
