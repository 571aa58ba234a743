-- A portfolio's constraints and guards, each tried with a row that breaks it and nothing else.
begin;
select plan(45);

select tests.set_stage();
select tests.open('alice');

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{"name": "other", "portfolio_id": "00000000-0000-7000-8000-000000000001"}', 'accepted'),
  ('{"name": "other"}', '23505 portfolios_pkey'),
  ('{"portfolio_id": "00000000-0000-7000-8000-000000000001"}', '23505 portfolios_name_is_the_only'),
  ('{"username": "nobody"}', '23503 portfolios_user_fkey'),
  ('{"name": "other", "portfolio_id": "00000000-0000-7000-8000-000000000001", "base_currency": "XXX"}', '23503 portfolios_currency_fkey'),
  ('{"name": "other", "portfolio_id": "00000000-0000-7000-8000-000000000001", "feed": "silent"}', '23503 portfolios_feed_fkey'),
  ('{"name": " padded "}', '23514 label_is_short'),
  ('{"name": ""}', '23514 label_is_short'),
  ('{"broker": "Piggy Bank", "account": "1"}', '23514 broker_is_a_name'),
  ('{"account": "1"}', '23514 portfolios_account_goes_with_broker'),
  ('{"slippage_percent": -0.1}', '23514 percent_is_a_part'),
  ('{"slippage_percent": 100}', '23514 percent_is_a_part'),
  ('{"fill_delay_ms": -1}', '23514 milliseconds_are_a_time'),
  ('{"max_quote_age": "0"}', '23514 age_is_a_time'),
  ('{"max_history_age": "-1 day"}', '23514 age_is_a_time'),
  ('{"short_initial_percent": 120}', '23514 portfolios_margin_is_ordered'),
  ('{"short_upkeep_percent": 99}', '23514 portfolios_margin_is_ordered'),
  ('{"version": 0}', '23514 version_counts'),
  ('{"audit_head": null}', '23514 portfolios_audit_has_a_head');

insert into cases
values ('{"feed_owner": "bob"}', case book() when 'live' then 'TB001 portfolios' else '23514 portfolios_feed_is_own_or_shared' end),
       ('{"broker": "alpaca", "account": "1"}', case book() when 'paper' then 'TB001 portfolios' else '23505 portfolios_pkey' end),
       ('{"feed_owner": "alice"}', case book() when 'live' then 'TB001 portfolios' else '23505 portfolios_pkey' end);

select is(tests.refusal(tests.row_like('portfolios', change)), refused, refused || ' ' || change) from cases;

alter table portfolios disable trigger user;
select is(tests.refusal(tests.row_like('portfolios', '{"feed_owner": "bob"}')), '23514 portfolios_feed_is_own_or_shared',
  'nobody trades on another user''s feed');
select is(tests.refusal(tests.row_like('portfolios', '{"broker": "alpaca"}')), '23514 portfolios_account_goes_with_broker',
  'a broker comes with an account');
insert into identity.broker_accounts (username, broker, account, environment, credentials) values ('alice', 'alpaca', '1', 'sandbox', 'gAAAAAx');
do $$ begin execute tests.row_like('portfolios', '{"name": "bound", "portfolio_id": "ffffffff-0000-7000-8000-000000000001", "broker": "alpaca", "account": "1"}'); end $$;
create temporary table bindings (change jsonb, refused text);
insert into bindings values
  ('{"account": "2"}', '23503 portfolios_account_fkey'),
  ('{"account": "1"}', '23505 portfolios_account_is_the_only'),
  ('{"account": "1", "is_active": false}', 'accepted');
select is(tests.refusal(tests.row_like('portfolios', change || '{"name": "other", "portfolio_id": "00000000-0000-7000-8000-000000000001", "broker": "alpaca"}')),
          refused, refused || ' ' || change) from bindings;
insert into cases select change, refused from bindings;
alter table portfolios enable trigger user;

insert into cases values (null, '23514 portfolios_feed_is_own_or_shared');
select is_empty($$ select tests.laws_of('portfolios') except select split_part(refused, ' ', 2) from cases $$,
  'every law of portfolios is tried');

select is(tests.refusal('delete from portfolios where false'), 'TB001 portfolios',
  'portfolios_are_never_removed: deleted');
select is(tests.refusal('truncate portfolios cascade'), 'TB001 portfolios', 'portfolios_are_never_removed: truncated');

select is(tests.refusal(format('update portfolios set %I = %L', field, value)), 'TB001 portfolios',
          'portfolios_identity_is_final: ' || field)
from (values ('username', 'bob'), ('portfolio_id', '00000000-0000-7000-8000-000000000001'), ('base_currency', 'EUR'),
             ('feed_owner', 'bob'), ('feed', 'realtime'), ('broker', 'alpaca'), ('account', '1'), ('seed', '7'),
             ('opened_at', '2000-01-01')) as final (field, value);

update portfolios set version = 5;
select is(tests.refusal(format('update portfolios set %I = %I - 1', field, field)), 'TB001 portfolios',
          'portfolios_count_up_only: ' || field)
from unnest(array['order_seq', 'execution_seq', 'ledger_seq', 'audit_seq', 'version']) as counted (field);

select is(tests.refusal($$ update portfolios set allow_short = true, version = version + 1 $$), 'accepted',
  'settings may be edited');

select finish();
rollback;
