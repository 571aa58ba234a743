-- One worker at a time has an account: for so long, and nobody else says anything of it meanwhile. What he left half done
-- the next one finds.
begin;
select plan(101);

select tests.set_stage();
select tests.open_at_broker('alice'), tests.open_at_broker('alice', account => 'VA2', name => 'second'), tests.open_at_broker('bob');
update identity.broker_accounts set leased_by = null, leased_until = null, synced_at = now() - interval '10 seconds';
create function pg_temp.claim(worker text, every interval default '30 seconds', only_user text default null, only_broker text default null) returns text language sql as $$
  select username || ' ' || account from claim_account(worker, every => claim.every, only_user => claim.only_user, only_broker => claim.only_broker)
$$;
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.id(what text) returns uuid language sql as $$ select tests.client_id(pg_temp.noted(what)) $$;

create function pg_temp.verbs() returns table (act text) language sql as $$
  values ('extend_lease(%L, ''tradier'', ''VA1'')'), ('sent_orders(%L, ''tradier'', ''VA1'')'), ('release_account(%L, ''tradier'', ''VA1'')'), ('next_nonce(%L, ''tradier'', ''VA1'', 1)'), ('due_tasks(%L, ''tradier'', ''VA1'')'), ('plan_exits(%L, ''tradier'', ''VA1'')'),
         ('report_account(%L, ''tradier'', ''VA1'', ''{}'', ''{}'')'), ('report_external(%L, ''tradier'', ''VA1'', ''x'', ''AAPL'', ''buy'', 1, now())'),
         ('begin_sending(%L, pg_temp.id(''his''))'), ('finish_sending(%L, pg_temp.id(''his''), ''unknown'')'), ('begin_change(%L, pg_temp.id(''his''))'),
         ('finish_change(%L, pg_temp.id(''his''), ''taken'')'), ('report_order(%L, pg_temp.id(''his''), ''OPEN'', ''open'', true, 0)'), ('defer_task(%L, pg_temp.id(''his''), ''x'', ''1 second'')')
$$;

-- Who has what.
select tests.act_as_worker('');
select is(pg_temp.claim('w1'), null, 'read a moment ago, and nothing waits: nothing is to be done');
select tests.act_as('bob', 'live');
select set_config('tests.his', (place_order('AAPL', 'buy', 1, 'limit', 90)).order_id, true);
select tests.act_as_worker('');
select is(pg_temp.claim('w1'), 'bob VA1', 'whose order waits is served');
select is(pg_temp.claim('w2'), null, 'by one worker');
select is(pg_temp.claim('w1'), 'bob VA1', 'who may ask for more time');
select is(pg_temp.claim('w2', every => '5 seconds'), 'alice VA1', 'another reads who wasn''t read for a while');
select is(pg_temp.claim('w3', every => '5 seconds'), 'alice VA2', 'account by account');
select is(pg_temp.claim('w4', every => '5 seconds'), null, 'until each has one');
select results_eq($$ select leased_by = 'w1', leased_until > clock_timestamp() + interval '50 seconds', leased_until < clock_timestamp() + interval '70 seconds', credentials from claim_account('w1') $$,
  $$ values (true, true, true, 'gAAAAAx') $$, 'for a minute, and with what opens it');

-- What the worker of another may say: nothing.
select tests.act_as_worker('bob');
select is(tests.refusal(format('select ' || act, worker)), 'TB403', format(act, worker))
from pg_temp.verbs(), unnest(array['w2', null]) as worker order by worker, act;
select tests.act_as_worker('alice');
select is(tests.refusal(format('select ' || act, 'w1')), case when act ~ 'his' then 'TB404' else 'TB403' end, 'of alice''s, whom another serves: ' || format(act, 'w1')) from pg_temp.verbs() order by act;
select tests.act_as_worker('');
select is(tests.refusal(format('select ' || act, 'w1')), case when act ~ 'his' then 'TB404' else 'TB403' end, 'of nobody''s: ' || format(act, 'w1')) from pg_temp.verbs() order by act;
select throws_ok(format('select claim_account(%s)', terms), 'TB400', null, 'refused: ' || terms)
from unnest(array['null', '''''', '''w1'', lease => null', '''w1'', lease => ''0''', '''w1'', lease => ''-1 minute''']) as wrong (terms);

-- A lease that ended, in the middle of sending.
select tests.act_as_worker('bob');
select is(begin_sending('w1', pg_temp.id('his')), true, 'a worker is about to send');
select tests.act_as_installer();
update identity.broker_accounts set leased_until = clock_timestamp() - interval '1 second' where username = 'bob';
select tests.act_as_worker('bob');
select throws_ok($$ select finish_sending('w1', pg_temp.id('his'), 'placed', broker_order_id => 'b1') $$, 'TB403', null, 'and is too slow');
select is(pg_temp.claim('w4'), 'bob VA1', 'another takes over');
select results_eq($$ select action, attempts from due_tasks('w4', 'tradier', 'VA1') $$, $$ values ('find', 1) $$, 'who looks first, and doesn''t send again');
select throws_ok($$ select finish_sending('w1', pg_temp.id('his'), 'not sent') $$, 'TB403', null, 'the first has nothing to say any more');
select lives_ok($$ select finish_sending('w4', pg_temp.id('his'), 'placed', broker_order_id => 'b1') $$, 'what is found is there');
select throws_ok($$ select release_account('w1', 'tradier', 'VA1') $$, 'TB403', null, 'nor does he give it back');

-- Whom he acts for.
select is(worker_identity('w4', 'bob', 'tradier', 'VA1'), 'bob', 'who has an account acts for its user');
select throws_ok(format('select worker_identity(%s, ''tradier'', ''VA1'')', who), 'TB403', null, 'and for nobody else: ' || who)
from unnest(array['''w1'', ''bob''', '''w4'', ''alice''', 'null, ''bob''']) as wrong (who);

-- More time, and what was sent.
select lives_ok($$ select extend_lease('w4', 'tradier', 'VA1', '1 hour') $$, 'who has it may keep it for longer');
select tests.act_as_installer();
select ok((select leased_until > clock_timestamp() + interval '50 minutes' from identity.broker_accounts where username = 'bob'), 'as long as he says');
select tests.act_as_worker('bob');
select results_eq($$ select broker_order_id, state from sent_orders('w4', 'tradier', 'VA1') $$, $$ values ('b1', 'PLACED') $$, 'he knows what was sent');

-- Numbers for requests rise, whoever has the account.
select is(next_nonce('w4', 'tradier', 'VA1', 1000), 1000::bigint, 'a nonce begins at what the clock says');
select is(next_nonce('w4', 'tradier', 'VA1', 1000), 1001::bigint, 'and rises');
select is(next_nonce('w4', 'tradier', 'VA1', 5), 1002::bigint, 'though a clock goes back');
select lives_ok($$ select release_account('w4', 'tradier', 'VA1', 'the key is wrong') $$, 'given back with what went wrong');
select tests.act_as('bob', 'live');
select results_eq('select last_error, leased_by from identity.broker_accounts', $$ values ('the key is wrong', 'w4') $$, 'which its user can read');
select tests.act_as_worker('bob');
select is(pg_temp.claim('w5', every => '1 hour', only_user => 'bob'), null, 'it is left alone for a while');
select tests.wait_a_while();
select is(pg_temp.claim('w5', every => '1 hour', only_user => 'bob'), 'bob VA1', 'then another takes it, since something waits');
select is(next_nonce('w5', 'tradier', 'VA1', 1), 1003::bigint, 'and counts on');

select throws_ok(format('select extend_lease(%L, %L, %L, %L)', 'w5', 'tradier', 'VA1', t), 'TB400', null, 'kept for a time: ' || coalesce(t, 'null')) from unnest(array[null, '0 seconds', '-1 second']) as t;
select lives_ok($$ select extend_lease('w5', 'tradier', 'VA1', '1 minute') $$, 'such as a minute');

-- Which accounts.
select is(pg_temp.claim('w6', every => '0', only_broker => 'kraken'), null, 'of no other broker than asked');
select is(pg_temp.claim('w6', every => '0', only_user => 'carol'), null, 'of no other user');
select release_account('w5', 'tradier', 'VA1');
select tests.act_as_installer();
update order_outbox set not_before = now() + interval '1 hour';
update identity.broker_accounts set is_active = false, leased_by = null, leased_until = null;
select tests.act_as_worker('bob');
select is(pg_temp.claim('w7', every => '5 seconds'), 'bob VA1', 'an inactive account is read while something of it is open');
select is(pg_temp.claim('w8', every => '0'), null, 'and not once nothing is');

-- Who may claim.
select tests.act_as('alice', 'live');
select throws_ok($$ select claim_account('w9') $$, '42501', null, 'a trader''s login is no worker');
select tests.act_as('alice', 'paper');
select throws_ok($$ select live_trading.claim_account('w9') $$, '42501', null, 'of neither book');

select tests.act_as_installer();
select finish();
rollback;
