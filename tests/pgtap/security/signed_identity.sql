-- In signed mode whoever may run any statement is still only who his token says: every forgery, as alice against bob.
begin;
select plan(111);

select tests.sign_identity();
select tests.set_stage();
select identity.register_user('adam', role => 'ADMIN');
set local search_path = live_trading, shared_data, tap, pg_temp;
select tests.open(person) from unnest(array['alice', 'bob']) as person;
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.open(person) from unnest(array['alice', 'bob']) as person;
select tests.quote('AAPL', 99, 101);
select tests.trade('bob', 'AAPL', 'buy', 1, 100) is not null, tests.trade('alice', 'AAPL', 'buy', 1, 100) is not null;

-- As only the key's holder could: a token with these fields, well signed.
create function pg_temp.signed(username text, opens text default 'paper', life interval default '1 minute', login text default '', key_id text default '1', version text default 'tb1')
  returns text language plpgsql security definer as $$
declare
  message text := concat_ws(':', version, key_id, opens, floor(extract(epoch from clock_timestamp() + life))::bigint, login, username);
begin
  return (select message || ':' || identity.signature_of(k.inner_pad, k.outer_pad, message) from identity.signing_keys as k where k.key_id = signed.key_id);
end
$$;
-- What this token opens: of the paper book, of the live book, outside them. Any error would be a word too many.
create function pg_temp.opened(token text) returns text language plpgsql as $$
declare
  found text;
begin
  perform set_config('app.current_user', token, true);
  perform set_config('role', 'twinbook_paper', true);
  found := (select string_agg(distinct username, ' ') from paper_trading.orders);
  perform set_config('role', 'twinbook_live', true);
  found := concat_ws(', ', 'paper ' || found, 'live ' || (select string_agg(distinct username, ' ') from live_trading.portfolios),
                     'own ' || (select string_agg(distinct username, ' ') from identity.settings));
  perform set_config('role', 'none', true);
  return found;
end
$$;

select set_config('tests.hers', identity.mint_token('alice', 'paper'), true), set_config('tests.his', identity.mint_token('bob', 'paper'), true);
create function pg_temp.hers() returns text language sql as $$ select current_setting('tests.hers') $$;
create function pg_temp.hers(change text, field integer) returns text language sql as $$
  select array_to_string(part[:field - 1] || change || part[field + 1:], ':') from string_to_array(pg_temp.hers(), ':') as part
$$;

-- What a good token opens, and no more.
select is(pg_temp.opened(pg_temp.hers()), 'paper alice, own alice', 'a token for paper opens her paper book, and what is hers outside the books');
select is(pg_temp.opened(identity.mint_token('alice', 'live')), 'live alice, own alice', 'one for live the live book');
select is(pg_temp.opened(identity.mint_token('adam', 'administration')), 'own adam', 'one for administration neither');
select is(pg_temp.opened(pg_temp.signed('alice')), 'paper alice, own alice', 'the signer of these tests signs well');

-- A bare setting.
select is(pg_temp.opened(person), '', format('a bare %L is nobody', person)) from unnest(array['bob', 'alice', 'market', 'tb1', '']) as person;

-- Forged.
select is(pg_temp.opened(forged), '', 'forged: ' || how)
from (values
  ('another''s name inside', pg_temp.hers('bob', 6)), ('another book', pg_temp.hers('live', 3)), ('administration', pg_temp.hers('administration', 3)), ('a longer life', pg_temp.hers('9999999999', 4)),
  ('another login', pg_temp.hers('postgres', 5)), ('another version', pg_temp.hers('tb2', 1)), ('no such key', pg_temp.hers('2', 2)), ('an odd key', pg_temp.hers('01', 2)), ('no key', pg_temp.hers('', 2)),
  ('no signature', pg_temp.hers('', 7)), ('another signature', pg_temp.hers(repeat('0', 64), 7)), ('a plain hash', pg_temp.hers(encode(sha256(convert_to(left(pg_temp.hers(), -65), 'UTF8')), 'hex'), 7)),
  ('a hash under no key', pg_temp.hers(identity.signature_of(decode(repeat('36', 64), 'hex'), decode(repeat('5c', 64), 'hex'), left(pg_temp.hers(), -65)), 7)),
  ('his signature', pg_temp.hers(split_part(current_setting('tests.his'), ':', 7), 7)), ('upper case', upper(pg_temp.hers())), ('a signature in upper case', pg_temp.hers(upper(split_part(pg_temp.hers(), ':', 7)), 7)),
  ('one field more', pg_temp.hers() || ':'), ('one field before', ':' || pg_temp.hers()), ('a space more', pg_temp.hers() || ' '), ('a space before', ' ' || pg_temp.hers()),
  ('twice', pg_temp.hers() || pg_temp.hers()), ('a quote', pg_temp.hers('alice''', 6)), ('a wildcard', pg_temp.hers('%', 6)), ('no number', pg_temp.hers('soon', 4)), ('far away', pg_temp.hers(repeat('9', 40), 4)),
  ('other letters', pg_temp.hers('аlice', 6)), ('a backslash', pg_temp.hers('\x', 7)), ('colons', '::::::'), ('colons after a version', 'tb1::::::'), ('no key, no number', 'tb1:7:paper:soon::alice:' || repeat('0', 64)), ('a long one', repeat('tb1:', 100000)), ('a long name', pg_temp.hers(repeat('a', 100000), 6))) as tried (how, forged);
select is((select string_agg(pg_temp.opened(left(pg_temp.hers(), n)), '') from generate_series(0, length(pg_temp.hers()) - 1) as n), '', 'truncated anywhere, it opens nothing');
select is((select string_agg(pg_temp.opened(overlay(pg_temp.hers() placing translate(substr(pg_temp.hers(), n, 1), '0123456789abcdef', '1032547698badcfe') from n)), '')
           from generate_series(1, length(pg_temp.hers())) as n where substr(pg_temp.hers(), n, 1) ~ '[0-9a-f]'), '', 'with any of its letters changed too');

-- Well signed, and good for nothing.
select is(pg_temp.opened(pg_temp.signed('alice', life => '-1 second')), '', 'expired a second ago');
select is(pg_temp.opened(pg_temp.signed('alice', life => '-1 year')), '', 'expired a year ago');
select is(pg_temp.opened(pg_temp.signed('alice', login => 'somebody')), '', 'another login''s');
select is(pg_temp.opened(pg_temp.signed('alice', login => session_user)), 'paper alice, own alice', 'where this login''s own opens');
select is(pg_temp.opened(pg_temp.signed('alice', version => 'tb2')), '', 'of another version');
select is(pg_temp.opened(pg_temp.signed('alice', opens => 'books')), 'own alice', 'for a book that there isn''t');
select tests.act_as_installer();
select identity.rotate_keys('0');
select is(pg_temp.opened(pg_temp.hers()), 'paper alice, own alice', 'who is in the middle of a statement keeps his identity to its end, whatever retires');
update identity.signing_keys set retires_at = created_at where key_id = '1';
select is(pg_temp.opened(pg_temp.hers()), '', 'of a retired key');
select set_config('tests.hers', identity.mint_token('alice', 'paper'), true), set_config('tests.his', identity.mint_token('bob', 'paper'), true);

-- The other book's verbs, and nobody's.
create function pg_temp.refused(token text, book text, verb text) returns text language plpgsql as $$
begin
  perform set_config('app.current_user', token, true), set_config('role', 'twinbook_' || book, true);
  return tests.refusal(format(verb, book || '_trading'));
end
$$;
select is(pg_temp.refused(pg_temp.hers(), 'live', verb), 'TB401', 'a paper token: ' || format(verb, 'live_trading'))
from unnest(array['select %I.place_order(''AAPL'', ''buy'', 1)', 'select %I.open_portfolio(''more'')', 'select %I.cancel_all()', 'select %I.verify_portfolios()', 'select %I.flatten()', 'select %I.begin_session()']) as verb;
select tests.act_as_installer();
select is(pg_temp.refused('bob', 'paper', verb), 'TB401', 'a bare name: ' || format(verb, 'paper_trading'))
from unnest(array['select %I.place_order(''AAPL'', ''buy'', 1)', 'select %I.open_portfolio(''more'')', 'select %I.cancel_all()', 'select identity.edit_settings(1)', 'select shared_data.open_feed(''mine'')']) as verb;
select tests.act_as_installer();

-- The memory of a verb: anybody may set it, and nobody is believed.
select set_config('app.current_user', pg_temp.hers(), true), set_config('twinbook.verified_user', 'bob', true), set_config('role', 'twinbook_paper', true);
select is((select string_agg(distinct username, ' ') from orders), 'alice', 'she sees her own, whatever she says was verified');
select is((select username from place_order('AAPL', 'buy', 1)), 'alice', 'her verbs are hers');
select is((select string_agg(distinct username, ' ') from cancel_all()), null, 'all of them');
select is((select username from identity.edit_settings(1)), 'alice', 'also outside the books');
select is((select string_agg(portfolio, ' ') from verify_portfolios()), 'main', 'and find one portfolio');
select is((select username from shared_data.open_feed('mine')), 'alice', 'a feed is hers');
select is(current_setting('twinbook.verified_user'), 'bob', 'a verb leaves no trace of whom it verified');
select set_config('app.current_user', '', true);
select is((select count(*) from orders), 0::bigint, 'without a token she is nobody');
select throws_ok('select place_order(''AAPL'', ''buy'', 1)', 'TB401', null, 'whatever she says was verified');
select throws_ok('select identity.edit_settings(1)', 'TB401', null, 'nobody edits settings');
select throws_ok('select verify_portfolios()', 'TB401', null, 'or verifies');
select throws_ok('select open_portfolio(set_config(''twinbook.verified_user'', ''bob'', false))', 'TB401', null, 'also when said within the call');
select tests.act_as_installer();
select set_config('twinbook.verified_user', '', true);
select is_empty(
  $$ select p.oid::regprocedure from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where p.prosecdef and p.proowner = 'twinbook_owner'::regrole and 'twinbook.verified_user=' <> all (p.proconfig) $$,
  'every verb of the owner''s begins by forgetting');

select set_config('app.current_user', pg_temp.hers(), true), set_config('twinbook.verified_user', 'adam', true), set_config('role', 'twinbook_owner', true);
select is(identity.current_username('paper'), 'adam', 'the owner goes by what his verb has verified');
select is(identity.current_username('administration'), null, 'but never to administer');
select tests.act_as_installer();
select set_config('twinbook.verified_user', '', true);

-- One after the other on one connection, as in a pool; and back past a savepoint.
select set_config('app.current_user', pg_temp.hers(), true), set_config('role', 'twinbook_paper', true);
prepare mine as select string_agg(distinct username, ' ') from orders;
select results_eq('mine', array['alice'], 'alice, then');
savepoint hers;
select set_config('app.current_user', current_setting('tests.his'), true);
select results_eq('mine', array['bob'], 'bob, by the same plan, then');
select is((select username from place_order('AAPL', 'buy', 1)), 'bob', 'his order');
rollback to hers;
select results_eq('mine', array['alice'], 'alice again after a rollback, and');
select is((select username from place_order('AAPL', 'buy', 1)), 'alice', 'her order; then');
select set_config('app.current_user', '', true);
select results_eq('mine', array[null::text], 'nobody');
select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('app.current_user', current_setting('tests.his'), true);
select results_eq('mine', array['bob'], 'with a plan for all as well');
select set_config('app.current_user', 'alice', true);
select results_eq('mine', array[null::text], 'a name has no plan');
deallocate mine;

-- The keys, the mint.
select tests.act_as_installer();
select throws_ok(format('set local role %I; select * from identity.signing_keys', name), '42501', null, name || ' reads no key')
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_login', 'twinbook_auditor']) as name;
set local role twinbook_owner;
select is((select count(*) from identity.signing_keys), 0::bigint, 'nor does the owner, so no user''s verb can');
reset role;
select throws_ok(format('set local role %I; select %s', name, act), '42501', null, format('%s: %s', name, act))
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_admin']) as name,
     unnest(array['identity.mint_token(''bob'', ''paper'')', 'identity.signature_of('''', '''', '''')', 'identity.add_signing_key()', 'identity.known_username(null)']) as act;

-- Administrators: a claim that proves nothing isn't the absence of one.
set local role twinbook_admin;
select lives_ok('select identity.list_users()', 'a login that claims nobody administers for itself');
select throws_ok('select identity.list_users()', 'TB403', null, 'one that claims ' || left(claim, 20) || ' … doesn''t')
from unnest(array['adam', pg_temp.signed('adam', 'administration', '-1 second', key_id => '2'), pg_temp.signed('adam', key_id => '2'), pg_temp.signed('alice', 'administration', key_id => '2')]) as claim,
     set_config('app.current_user', claim, true);
select tests.act_as_installer();
select set_config('app.current_user', identity.mint_token('adam', 'administration'), true), set_config('role', 'twinbook_admin', true);
select lives_ok('select identity.list_users()', 'an administrator''s token for administration does');

select tests.act_as_installer();
select finish();
rollback;
