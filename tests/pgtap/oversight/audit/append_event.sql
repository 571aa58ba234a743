-- Every act outside the portfolios is one row of its user's chain, with who did it, and never a secret.
begin;
select plan(25);

create function pg_temp.new_acts(chain text) returns table (operation text, actor text, details jsonb) language sql as $$
  select operation, actor, details from oversight.audit_log where username = chain order by seq desc limit 1
$$;
create temporary table outside (name text, me text);
insert into outside values ('login:' || session_user, session_user);

select identity.register_user('adam', role => 'SUPERADMIN') is not null, identity.register_user('alice', 'alice@example.com') is not null;
select results_eq($$ select * from pg_temp.new_acts('alice') $$,
  $$ values ('user_registered', (select me from outside), '{"role": "USER", "status": "ACTIVE"}'::jsonb) $$, 'a user is registered');

select set_config('app.current_user', 'adam', true), set_config('role', 'twinbook_admin', true);
select identity.edit_user('alice', 1, email => 'a@example.org', password_hash => '$2b$secret') is not null;
select tests.act_as_installer();
select results_eq($$ select * from pg_temp.new_acts('alice') $$,
  $$ values ('user_edited', 'adam', '{"role": "USER", "status": "ACTIVE", "version": "2", "edited": ["email", "password_hash"]}'::jsonb) $$,
  'what was edited is named, secrets and addresses are not said');

select tests.act_as('alice', 'live');
select identity.set_risk_limit('USD', max_order_value => 1000.00) is not null, identity.edit_settings(1, slippage_percent => 0.50) is not null;
select tests.act_as('alice', 'paper');
select shared_data.open_feed('tape') is not null, shared_data.open_feed('tape') is not null;
select tests.act_as_installer();
select results_eq($$ select seq, operation, actor from oversight.audit_log where username = 'alice' order by seq $$,
  $$ values (1::bigint, 'user_registered', (select me from outside)), (2, 'user_edited', 'adam'), (3, 'risk_limit_set', 'alice'),
            (4, 'settings_edited', 'alice'), (5, 'feed_opened', 'alice') $$,
  'one row an act, numbered without gaps, with who did it; what changes nothing is none');
select is(details, '{"currency": "USD", "max_order_value": "1000", "version": "1"}', 'numbers are strings without trailing zeros')
from oversight.audit_log where operation = 'risk_limit_set';
select is(details ->> 'slippage_percent', '0.5', 'here too') from oversight.audit_log where operation = 'settings_edited';

-- Whoever acts for no user is his login: that chain's name can be no user's.
select set_config('role', 'twinbook_market_data', true);
select shared_data.add_currency('SEK', 2) is not null, shared_data.add_instrument('VOLV', 'equity', 'SEK', tick => 0.050) is not null,
       shared_data.add_fee('OMX', 'equity', 'commission', 'percent', 0.10, 'its price list') is not null,
       shared_data.open_shared_feed('ticks') is not null,
       shared_data.record_corporate_action('VOLV', new_units => 2, old_units => 1, feed => 'ticks', effective_at => '2026-03-02 15:00+00') is not null;
select set_config('role', 'twinbook_admin', true);
select shared_data.add_month('2031-05-01'), shared_data.drop_snapshots();
select set_config('role', 'none', true);
select results_eq($$ select seq, operation, actor from oversight.audit_log where username = (select name from outside) order by seq desc limit 6 $$,
  $$ select n, operation, (select me from outside)
     from (select max(seq) as newest from oversight.audit_log where username = (select name from outside)) as it,
          unnest(array['month_added', 'corporate_action_taken', 'shared_feed_opened', 'fee_added', 'instrument_added', 'currency_added'])
            with ordinality as o (operation, place), lateral (select newest + 1 - place) as at (n) $$,
  'acts for no user are chained under the login');
select is((select details ->> 'tick' from oversight.audit_log where details ->> 'symbol' = 'VOLV' and operation = 'instrument_added'), '0.05', 'terms are told');
select throws_ok(format('select identity.register_user(%L)', name), 'TB400', null, 'no user has such a name') from outside;

-- The chain, and its bytes built here anew: each field as its octet length, a colon, and itself in UTF-8; null is a dash.
select ok(bool_and(previous_checksum is not distinct from before and seq = place), 'each is chained to the one before it')
from (select seq, previous_checksum, lag(checksum) over chain as before, row_number() over chain as place from oversight.audit_log
      window chain as (partition by username order by seq)) as links;
select ok(bool_and((h.seq, h.head) = (a.seq, a.checksum)), 'the head is kept')
from oversight.audit_heads as h join oversight.audit_log as a using (username, seq);
select is(checksum, sha256(convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), '' order by place), 'UTF8')),
          'recomputed: ' || operation)
from oversight.audit_log, unnest(array['1', 'oversight', username, null, seq::text, operation, actor,
                             to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), details::text, encode(previous_checksum, 'hex')])
                 with ordinality as f (field, place)
where username = 'alice'
group by username, seq, operation, checksum order by seq;

-- Of the verbs outside the books, these alone leave no row: they bring prices, read, log reading, or do what each portfolio's log tells.
select set_eq($$
  select p.proname::text from pg_proc as p
  where p.pronamespace in ('identity'::regnamespace, 'shared_data'::regnamespace) and p.prosecdef and p.provolatile = 'v'
    and exists (select from aclexplode(p.proacl) as a
                where a.grantee in ('twinbook_paper'::regrole, 'twinbook_live'::regrole, 'twinbook_admin'::regrole, 'twinbook_market_data'::regrole))
    and p.prosrc !~ 'oversight\.append_event|take_action' $$,
  array['record_quote', 'record_quotes', 'replay_quotes', 'record_bars', 'load_bars', 'sweep', 'expire_instruments', 'take_snapshots', 'log_access'],
  'every other verb appends its act');
select ok(prosrc ~ 'oversight\.append_event', 'corporate actions too') from pg_proc where proname = 'take_action';

-- Auditors read all of it in one place; an application's login has no way there.
set local search_path = paper_trading, shared_data, tap, pg_temp;
select shared_data.record_quote('VOLV', bid => 1, ask => 2, feed => 'ticks', quoted_at => '2026-03-02 15:00+00') is not null;
select tests.act_as('alice', 'paper');
select open_portfolio('main', feed => 'ticks', initial_balances => '{"USD": 1}') is not null;
select throws_ok('select * from oversight.central_audit_log', '42501', null, 'a trader has no such view');
select throws_ok($$ select oversight.append_event('alice', 'forged', '{}') $$, '42501', null, 'nor forges an act');
select tests.act_as_installer();
set local role twinbook_auditor;
select results_eq($$ select book, count(*) from oversight.central_audit_log where username = 'alice' group by book order by book $$,
  $$ values ('oversight', 5::bigint), ('paper', 2) $$, 'an auditor sees every log in one');
select throws_ok($$ insert into oversight.audit_heads values ('x') $$, '42501', null, 'and changes nothing');
select is((select count(distinct book) from oversight.central_audit_log where portfolio_id is null), 1::bigint, 'what has no portfolio is oversight''s');

set local role twinbook_engine;
select lives_ok($$ select oversight.append_event('bob.who.never.was', 'tried', '{}') $$, 'a chain begins with its first act');
select throws_ok($$ update oversight.audit_log set actor = 'x' $$, 'TB001', null, 'which the engine doesn''t change either');
select throws_ok($$ delete from oversight.audit_log $$, '42501', null, 'nor remove');

reset role;
select finish();
rollback;
