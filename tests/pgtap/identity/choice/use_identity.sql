-- Which identity is installed is one row, and one function's answer; to change one's mind changes nothing else.
begin;
select plan(24);

select is((select kind from identity.chosen_identity), 'trusted', 'trusted at first');
select is((select count(*) from identity.chosen_identity), 1::bigint, 'and one row says so');
select throws_ok($$ insert into identity.chosen_identity (is_the_only) values (true) $$, '23505', null, 'there is no second');
select throws_ok($$ insert into identity.chosen_identity (is_the_only) values (false) $$, '23514', null, 'of any kind');
select throws_ok($$ select identity.use_identity('hopeful') $$, '23514', null, 'there are two kinds');

select tests.set_stage();
create temporary table policies as select polrelid, polname, pg_get_expr(polqual, polrelid) as says from pg_policy;
create function pg_temp.sealed() returns bigint language sql as $$
  select count(*) from pg_proc where proowner = 'twinbook_owner'::regrole and prosecdef and 'twinbook.verified_user=' = any (proconfig)
$$;
create function pg_temp.verbs() returns bigint language sql as $$
  select count(*) from pg_proc where proowner = 'twinbook_owner'::regrole and prosecdef
$$;

select set_config('app.current_user', 'alice', true);
select is(identity.current_username('paper'), 'alice', 'trusted: a name is believed');
select is(pg_temp.sealed(), 0::bigint, 'and verbs need no seal');
select throws_ok($$ select identity.mint_token('alice', 'paper') $$, 'TB422', null, 'nor are there tokens');

select is((identity.use_identity('signed')).kind, 'signed', 'the installer chooses the signed one');
select is(identity.current_username('paper'), null, 'a name is nobody now');
select set_config('app.current_user', identity.mint_token('alice', 'paper'), true);
select is(identity.current_username('paper'), 'alice', 'a token is somebody');
select is(pg_temp.sealed(), pg_temp.verbs(), 'and every verb of the owner''s is sealed');
select is((select provolatile::text || proparallel::text || prosecdef from pg_proc where oid = 'identity.current_username'::regproc), 'ssfalse',
  'what policies call is as it was: stable, parallel safe, no definer');
select results_eq($$ select polrelid, polname, pg_get_expr(polqual, polrelid) from pg_policy order by 1, 2 $$, 'select * from policies order by 1, 2',
  'no policy has changed');
select is((identity.use_identity()).kind, 'signed', 'asked again without a word, it stays');
select set_config('twinbook.identity', 'trusted', true);
select is((identity.use_identity()).kind, 'trusted', 'the setting of an install says it too');
select is(pg_temp.sealed(), 0::bigint, 'and the seals are off');
select set_config('app.current_user', 'alice', true);
select is(identity.current_username('paper'), 'alice', 'a name is believed again');
select set_config('twinbook.identity', '', true);

-- Where no superuser has allowed the seal, each statement verifies for itself.
revoke set on parameter twinbook.verified_user from twinbook_owner;
select identity.use_identity('signed');
select is(pg_temp.sealed(), 0::bigint, 'without the right, nothing is sealed');
select set_config('app.current_user', identity.mint_token('alice', 'paper'), true), set_config('twinbook.verified_user', 'bob', true);
set local role twinbook_owner;
select is((select string_agg(username, ' ') from identity.settings), 'alice', 'and nothing that only a seal makes true is believed');
reset role;
select is((select username from paper_trading.open_portfolio('main', feed => 'tape', initial_balances => '{"USD": 1}')), 'alice',
  'verbs work without it');

select tests.act_as_installer();
select throws_ok(format('set local role %I; select identity.use_identity(''trusted'')', name), '42501', null, name || ' doesn''t choose')
from unnest(array['twinbook_paper', 'twinbook_admin']) as name;
select throws_ok('set local role twinbook_login; select identity.use_identity(''trusted'')', '42501', null, 'nor does the login service');

select finish();
rollback;
