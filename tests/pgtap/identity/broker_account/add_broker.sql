-- One's accounts at brokers are stored, changed and made inactive by their user alone, with credentials that only the
-- client can read.
begin;
select plan(31);

select tests.set_stage();
select tests.act_as('alice', 'live');

select results_eq(
  $$ select username, broker::text, account, environment, address, is_active, version::integer, synced_at from identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAsecret') $$,
  $$ values ('alice', 'tradier', 'VA1', 'sandbox', null::text, true, 1, null::timestamptz) $$, 'an account is stored, not read yet');
select is((select account from identity.add_broker('kraken', 'K1', 'production', 'gAAAAAx', 'https://localhost:8080')), 'K1', 'another, at another address');
select throws_ok(format('select identity.add_broker(%s)', terms), code, null, format('%s: %s', code, terms))
from (values
  ('''none'', ''1'', ''sandbox'', ''gAAAAAx''', 'TB400'), ('''Bank'', ''1'', ''sandbox'', ''gAAAAAx''', 'TB400'), ('null, ''1'', ''sandbox'', ''gAAAAAx''', 'TB400'),
  ('''tradier'', '''', ''sandbox'', ''gAAAAAx''', 'TB400'), ('''tradier'', null, ''sandbox'', ''gAAAAAx''', 'TB400'),
  ('''tradier'', ''2'', ''moon'', ''gAAAAAx''', 'TB400'), ('''tradier'', ''2'', null, ''gAAAAAx''', 'TB400'),
  ('''tradier'', ''2'', ''sandbox'', ''clear text''', 'TB400'), ('''tradier'', ''2'', ''sandbox'', null', 'TB400'),
  ('''tradier'', ''2'', ''sandbox'', ''gAAAAAx'', ''file:///x''', 'TB400'),
  ('''tradier'', ''VA1'', ''production'', ''gAAAAAx''', 'TB422'),
  ('''tradier'', ''VA1'', ''sandbox'', ''gAAAAAx'', expected_version => 7', 'TB409')) as wrong (terms, code);
select is((select count(*) from identity.broker_accounts), 2::bigint, 'what raises stores nothing');

select results_eq(
  $$ select version::integer, credentials from identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAnewer', expected_version => 1) $$,
  $$ values (2, 'gAAAAAnewer') $$, 'credentials are replaced, under the version that was read');
select is((select is_active from identity.drop_broker('tradier', 'VA1')), false, 'an account is made inactive');
select is((select version::integer from identity.broker_accounts where account = 'VA1'), 3, 'which counts too');
select results_eq($$ select is_active, version::integer from identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx') $$, $$ values (true, 4) $$,
  'and active again');
select throws_ok($$ select identity.drop_broker('tradier', 'VA9') $$, 'TB404', null, 'one that isn''t there');

select tests.act_as('bob', 'paper');
select is_empty('select * from identity.broker_accounts', 'bob sees none of hers');
select throws_ok($$ select identity.drop_broker('tradier', 'VA1') $$, 'TB404', null, 'nor drops one');
select is((select version::integer from identity.add_broker('tradier', 'VA1', 'production', 'gAAAAAbob')), 1, 'his own of that number is his own, from the paper book as well');
select throws_ok(act, '42501', null, 'and nothing past the verbs: ' || act)
from unnest(array['update identity.broker_accounts set is_active = true', 'delete from identity.broker_accounts']) as tried (act);
select tests.act_as('', 'live');
select throws_ok($$ select identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx') $$, 'TB401', null, 'nobody has none');
select throws_ok($$ select identity.drop_broker('tradier', 'VA1') $$, 'TB401', null, 'nor drops one');

select tests.act_as_installer();
select results_eq($$ select username, credentials, is_active from identity.broker_accounts where account = 'VA1' order by username $$,
  $$ values ('alice', 'gAAAAAx', true), ('bob', 'gAAAAAbob', true) $$, 'each has his own');
select results_eq($$ select operation, details from oversight.audit_log where username = 'alice' and operation ~ 'broker' order by seq $$,
  $$ values ('broker_added', '{"broker": "tradier", "account": "VA1", "version": "1", "environment": "sandbox"}'::jsonb),
            ('broker_added', '{"broker": "kraken", "account": "K1", "address": "https://localhost:8080", "version": "1", "environment": "production"}'),
            ('broker_added', '{"broker": "tradier", "account": "VA1", "version": "2", "environment": "sandbox"}'),
            ('broker_dropped', '{"broker": "tradier", "account": "VA1", "version": "3"}'),
            ('broker_added', '{"broker": "tradier", "account": "VA1", "version": "4", "environment": "sandbox"}') $$, 'each act is logged');
select is_empty($$ select * from oversight.audit_log where details::text ~ 'gAAAAA' $$, 'without the credentials');

select set_config('role', 'twinbook_broker', true);
select throws_ok('select * from identity.broker_accounts', '42501', null, 'a worker reads accounts by its verbs alone');

select tests.act_as_installer();
select finish();
rollback;
