-- The constraints and guards of accounts at brokers.
begin;
select plan(36);

select tests.set_stage();
insert into identity.broker_accounts (username, broker, account, environment, credentials, nonce, version)
values ('alice', 'tradier', 'VA1', 'sandbox', 'gAAAAAx', 5, 2);

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"account": "VA2"}', 'accepted'),
  ('{"broker": "kraken"}', 'accepted'),
  ('{"username": "bob"}', 'accepted'),
  ('{}', '23505 broker_accounts_pkey'),
  ('{"username": "nobody"}', '23503 broker_accounts_user_fkey'),
  ('{"broker": "none"}', '23514 broker_accounts_broker_is_one'),
  ('{"broker": "Piggy Bank"}', '23514 broker_is_a_name'),
  ('{"account": ""}', '23514 broker_accounts_account_is_short'),
  ('{"account": "VA 1"}', '23514 broker_accounts_account_is_short'),
  ('{"environment": "moon"}', '23514 broker_accounts_environment_is_known'),
  ('{"credentials": "clear text"}', '23514 broker_accounts_are_encrypted'),
  ('{"address": "ftp://x"}', '23514 broker_accounts_address_is_one'),
  ('{"address": "https://a b"}', '23514 broker_accounts_address_is_one'),
  ('{"nonce": -1}', '23514 broker_accounts_nonce_rises'),
  ('{"leased_by": "w1"}', '23514 broker_accounts_lease_has_an_end'),
  ('{"leased_until": "2026-03-02"}', '23514 broker_accounts_lease_has_an_end'),
  ('{"account": "VA2", "leased_by": "w1", "leased_until": "2026-03-02"}', 'accepted'),
  ('{"cash": [1]}', '23514 json_object_is_one'),
  ('{"holdings": "x"}', '23514 json_object_is_one'),
  ('{"version": 0}', '23514 version_counts');
insert into cases select jsonb_build_object('account', repeat('9', 65)), '23514 broker_accounts_account_is_short';

select is(tests.refusal(tests.row_like('identity.broker_accounts', change)), refused, refused || ' ' || left(change::text, 60)) from cases;
select is_empty($$ select tests.laws_of('identity.broker_accounts') except select split_part(refused, ' ', 2) from cases $$,
  'every law of accounts is tried');

select is(tests.refusal(act), 'TB001 broker_accounts', 'broker_accounts_are_never_removed: ' || act)
from unnest(array['delete from identity.broker_accounts where false', 'truncate identity.broker_accounts cascade']) as tried (act);
select is(tests.refusal(format('update identity.broker_accounts set %I = %L', field, value)), 'TB001 broker_accounts',
          'broker_accounts_identity_is_final: ' || field)
from (values ('username', 'bob'), ('broker', 'kraken'), ('account', 'VA2'), ('environment', 'production'), ('created_at', '2000-01-01')) as final (field, value);
select is(tests.refusal(format('update identity.broker_accounts set %I = %I - 1', field, field)), 'TB001 broker_accounts',
          'broker_accounts_numbers_only_rise: ' || field)
from unnest(array['nonce', 'version']) as counted (field);
select is(tests.refusal(format('update identity.broker_accounts set %I = %L', field, value)), 'accepted', field || ' may change')
from (values ('credentials', 'gAAAAAy'), ('is_active', 'false'), ('nonce', '6'), ('synced_at', '2026-03-02'), ('last_error', 'x')) as moving (field, value);

select finish();
rollback;
