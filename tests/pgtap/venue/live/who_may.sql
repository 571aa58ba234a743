-- Who may do what in the live book: a trader trades and no more, a worker works and no more, and neither reaches another
-- user's rows by the verbs of his own.
begin;
select plan(86);

select tests.set_stage();
select tests.open_at_broker('alice', holdings => '{"AAPL": {"quantity": "10", "cost": "1000"}}'), tests.open_at_broker('bob');
select tests.quote('AAPL', 99, 101);

-- Each worker's verb is for the broker's group alone, and that group has nothing else here.
create temporary table verbs as
select p.oid, p.proname::text as name, p.prosecdef as is_verb, pg_get_userbyid(p.proowner)::text as owner
from pg_proc as p where p.pronamespace = 'live_trading'::regnamespace and p.prorettype <> 'trigger'::regtype;
grant select on verbs to public;
create temporary table workers as
select unnest(array['claim_account', 'release_account', 'next_nonce', 'due_tasks', 'begin_sending', 'finish_sending', 'begin_change', 'finish_change',
                    'report_order', 'report_external', 'report_account', 'defer_task', 'plan_exits',
                    'extend_lease', 'sent_orders', 'worker_identity']) as name;
select is((select array_agg(r order by r) from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_broker', 'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor', 'twinbook_backup']) as r
           where has_function_privilege(r, v.oid, 'EXECUTE')), array['twinbook_broker'], 'for workers alone: ' || name) from workers join verbs as v using (name) order by name;
select set_eq($$ select name from verbs where has_function_privilege('twinbook_broker', oid, 'EXECUTE') $$, 'select name from workers', 'and they may nothing else');
select is((select string_agg(distinct owner || ' ' || is_verb, ', ') from verbs where name in ('claim_account', 'worker_identity')), 'twinbook_engine true', 'claiming, and being who it is for, acts for all, as the engine');
select is_empty($$ select name from verbs join workers using (name) where name not in ('claim_account', 'worker_identity') and (owner, is_verb) <> ('twinbook_owner', true) $$, 'all else for one user, as the owner');
select is_empty($$ select n.nspname, p.proname from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
  where n.nspname in ('paper_trading', 'identity', 'oversight', 'shared_data') and has_function_privilege('twinbook_broker', p.oid, 'EXECUTE') and has_schema_privilege('twinbook_broker', n.oid, 'USAGE')
    and p.proname <> 'log_access' $$, 'nor outside the live book, but to log what it reads');
select is_empty($$ select c.oid::regclass from pg_class as c
  where c.relnamespace in ('live_trading'::regnamespace, 'paper_trading'::regnamespace, 'identity'::regnamespace) and c.relkind in ('r', 'p', 'v')
    and c.oid <> 'identity.chosen_identity'::regclass and has_table_privilege('twinbook_broker', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') $$, 'a worker has a right to no table of people''s');

-- A login of each kind, as it would connect.
create role a_worker login;
grant twinbook_broker to a_worker;
create role a_trader login;
grant twinbook_live to a_trader;
set local session authorization a_worker;
set local role twinbook_broker;
select set_config('app.current_user', 'alice', true);
select throws_ok(act, '42501', null, 'a worker: ' || act)
from unnest(array['select place_order(''AAPL'', ''buy'', 1)', 'select cancel_all()', 'select flatten()', 'select open_portfolio(''x'')', 'select resolve_order(gen_random_uuid(), ''x'')',
                  'select accept_difference(gen_random_uuid(), ''x'')', 'select acknowledge_alarm(gen_random_uuid())', 'select close_trade(''x'')', 'select replace_order(''x'', 1)',
                  'select record_execution(null, ''f'', 1, 1, now(), ''broker'')', 'select raise_alarm(''alice'', null, ''x'', ''LOW'')', 'select end_order(null, ''CANCELED'', ''x'', ''x'')',
                  'select * from orders', 'select * from order_outbox', 'select * from reconciliation_differences', 'select * from portfolios', 'select * from alarms',
                  'select * from identity.broker_accounts', 'update identity.broker_accounts set leased_by = ''w1''', 'select identity.allow_live_trading(''alice'', true)', 'select identity.switch_mode(''live'')',
                  'select oversight.lift_halt(''x'')', 'select * from paper_trading.orders', 'set local role twinbook_owner', 'set local role twinbook_engine', 'set local role twinbook_live']) as tried (act);
set local session authorization default;
set local session authorization a_trader;
set local role twinbook_live;
select set_config('app.current_user', 'alice', true);
select throws_ok('select ' || act, '42501', null, 'a trader: ' || act)
from unnest(array['claim_account(''w1'')', 'release_account(''w1'', ''tradier'', ''VA1'')', 'next_nonce(''w1'', ''tradier'', ''VA1'', 1)', 'due_tasks(''w1'', ''tradier'', ''VA1'')',
                  'plan_exits(''w1'', ''tradier'', ''VA1'')', 'begin_sending(''w1'', gen_random_uuid())', 'finish_sending(''w1'', gen_random_uuid(), ''placed'')', 'begin_change(''w1'', gen_random_uuid())',
                  'finish_change(''w1'', gen_random_uuid(), ''taken'')', 'report_order(''w1'', gen_random_uuid(), ''FILLED'', ''x'', true, 1)', 'report_external(''w1'', ''tradier'', ''VA1'', ''x'', ''AAPL'', ''buy'', 1, now())',
                  'report_account(''w1'', ''tradier'', ''VA1'', ''{}'', ''{}'')', 'defer_task(''w1'', gen_random_uuid(), ''x'', ''1 day'')',
                  'extend_lease(''w1'', ''tradier'', ''VA1'')', 'sent_orders(''w1'', ''tradier'', ''VA1'')']) as tried (act);
set local session authorization default;

-- alice's order, difference and alarm, against bob, and against a worker that acts for bob.
select tests.act_as('alice', 'live');
select set_config('tests.hers', (place_order('AAPL', 'buy', 5, 'limit', 90)).order_id, true), set_config('tests.trade', trade_id, true) from trades;
select tests.act_as_worker('alice');
select tests.send(current_setting('tests.hers'), 'b1') is not null;
select count(*) from report_account('w1', 'tradier', 'VA1', '{"USD": {"amount": "1", "buying_power": "1"}}', '{}');
select count(*) from report_account('w1', 'tradier', 'VA1', '{"USD": {"amount": "1", "buying_power": "1"}}', '{}');
select tests.act_as_installer();
select set_config('tests.piece', tests.client_id(current_setting('tests.hers'))::text, true), set_config('tests.difference', (select difference_id::text from reconciliation_differences limit 1), true),
       set_config('tests.alarm', (select alarm_id::text from alarms limit 1), true);
create temporary table before as
select (select jsonb_agg(to_jsonb(o) order by o.order_id) from orders as o where o.username = 'alice') as orders, (select jsonb_agg(to_jsonb(s)) from order_outbox as s where s.username = 'alice') as pieces,
       (select jsonb_agg(to_jsonb(d) order by d.difference_id) from reconciliation_differences as d where d.username = 'alice') as differences, (select jsonb_agg(to_jsonb(a)) from identity.broker_accounts as a where a.username = 'alice') as accounts;

select tests.act_as('bob', 'live');
select throws_ok(format('select ' || act, current_setting('tests.' || what)), 'TB404', null, 'bob: ' || act)
from (values ('cancel_order(%L)', 'hers'), ('replace_order(%L, 1, quantity => 6)', 'hers'), ('resolve_order(%L, ''x'')', 'piece'), ('accept_difference(%L, ''x'')', 'difference'),
             ('acknowledge_alarm(%L)', 'alarm'), ('close_trade(%L)', 'trade'), ('adjust_trade(%L, 1, stop_loss => 80)', 'trade'), ('purge_trade(%L)', 'trade')) as tried (act, what);
select is((select count(*) from flatten()), 0::bigint, 'he flattens what is his');
select is((select count(*) from cancel_all()), 0::bigint, 'and cancels what is his');
select is((select count(*) from orders) + (select count(*) from order_outbox) + (select count(*) from reconciliation_differences) + (select count(*) from alarms), 0::bigint, 'and sees nothing of hers');
select tests.act_as_worker('bob');
select throws_ok(format('select ' || act, current_setting('tests.piece')), 'TB404', null, 'a worker for bob: ' || act)
from unnest(array['begin_sending(''w1'', %L)', 'finish_sending(''w1'', %L, ''refused'')', 'begin_change(''w1'', %L)', 'finish_change(''w1'', %L, ''taken'')', 'report_order(''w1'', %L, ''CANCELED'', ''x'', true, 0)', 'defer_task(''w1'', %L, ''x'', ''1 day'')']) as tried (act);
select is((select count(*) from due_tasks('w1', 'tradier', 'VA1')), 0::bigint, 'of bob''s account of the same number nothing is due');
select is((select count(*) from sent_orders('w1', 'tradier', 'VA1')), 0::bigint, 'nothing was sent');
select is(plan_exits('w1', 'tradier', 'VA1'), 0, 'nor to be planned');
select is((select count(*) from report_account('w1', 'tradier', 'VA1', '{"USD": {"amount": "100000", "buying_power": "1"}}', '{}')), 0::bigint, 'and his account is compared with his book');
select isnt(report_external('w1', 'tradier', 'VA1', 'b1', 'AAPL', 'buy', 1, now() + interval '1 second'), null, 'where an order of hers may have a namesake');

select tests.act_as_installer();
select results_eq('select * from before', $$
  select (select jsonb_agg(to_jsonb(o) order by o.order_id) from orders as o where o.username = 'alice'), (select jsonb_agg(to_jsonb(s)) from order_outbox as s where s.username = 'alice'),
         (select jsonb_agg(to_jsonb(d) order by d.difference_id) from reconciliation_differences as d where d.username = 'alice'), (select jsonb_agg(to_jsonb(a)) from identity.broker_accounts as a where a.username = 'alice') $$,
  'all that was hers is as it was');
select is_empty('select * from differences()', 'the book is whole');
select finish();
rollback;
