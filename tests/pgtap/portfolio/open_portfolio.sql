-- B1: portfolios are opened with their first money, on a feed, with settings from the user where none are given.
begin;
select plan(50);

select tests.set_stage();
select tests.act_as('alice', book());

select results_eq(
  $$ select username, name::text, base_currency, feed_owner, feed, broker::text, account, is_active, version::integer, slippage_percent::numeric,
            max_quote_age::interval, allow_short
     from open_portfolio('main', base_currency => 'USD', initial_balances => '{"USD": 100000, "EUR": "50.5"}') $$,
  $$ values ('alice', 'main', 'USD', 'market', 'realtime', 'none', null, true, 1, 0.1, interval '60 seconds', false) $$,
  'a portfolio opens on real time, with 0.1 % slippage, quotes up to 60 s old, and no short selling');
select results_eq('select currency, amount::numeric, held::numeric from balances order by currency',
  $$ values ('EUR', 50.5, 0::numeric), ('USD', 100000, 0) $$, 'with its money in several currencies');
select results_eq('select kind, currency, amount::numeric from ledger_entries order by seq',
  $$ values ('deposit', 'EUR', 50.5), ('deposit', 'USD', 100000::numeric) $$, 'which came in by deposits');
select results_eq('select seq, operation, actor from audit_log order by seq',
  $$ values (1::bigint, 'portfolio_opened', 'alice'), (2, 'money_moved', 'alice'), (3, 'money_moved', 'alice') $$,
    'each an event');

select is((select p.feed from open_portfolio('taped', feed => 'tape') as p), 'tape', 'on a shared feed that is named');
select results_eq($$ select b.currency, b.amount::numeric from balances as b join portfolios as p using (username, portfolio_id) where p.name = 'taped' $$,
  $$ values ('USD', 100000::numeric) $$, 'with the preset of its currency where none is given');
select results_eq($$ select b.amount::numeric from open_portfolio('rupees', 'INR') as o join balances as b using (username, portfolio_id) $$,
  array[]::numeric[], 'a function sees the state before itself');
select is((select amount::numeric from balances where currency = 'INR'), 500000::numeric, '500000 INR');
select lives_ok($$ select open_portfolio('empty', initial_balances => '{}') $$, 'or with none at all');

select throws_ok($$ select open_portfolio('main') $$, 'TB422', null, 'a name is given once');
select throws_ok(format('select open_portfolio(%s)', terms), code, null, format('%s: %s', code, terms))
from (values
  ('null', 'TB400'), ('''''', 'TB400'), (''' padded ''', 'TB400'), ('repeat(''a'', 64)', 'TB400'),
  ('''x'', ''XXX'', ''{"USD": 1}''', 'TB404'), ('''x'', initial_balances => ''{"XXX": 1}''', 'TB404'),
  ('''x'', ''EUR''', 'TB400'), ('''x'', null', 'TB400'), ('''x'', initial_balances => ''[]''', 'TB400'),
  ('''x'', initial_balances => ''{"USD": 0}''', 'TB400'), ('''x'', initial_balances => ''{"USD": -1}''', 'TB400'),
  ('''x'', initial_balances => ''{"USD": null}''', 'TB400'), ('''x'', initial_balances => ''{"USD": {}}''', 'TB400'),
  ('''x'', initial_balances => ''{"USD": "NaN"}''', 'TB400'), ('''x'', initial_balances => ''{"USD": "Infinity"}''', 'TB400'),
  ('''x'', initial_balances => ''{"USD": 100.001}''', 'TB400'),
  ('''x'', initial_balances => ''{"USD": "much"}''', 'TB400'),
  ('''x'', feed => ''silent''', 'TB404'), ('''x'', feed => null', 'TB404'), ('''x'', broker => ''alpaca'', account => ''1''', case book() when 'live' then 'TB404' else 'TB400' end),
  ('''x'', account => ''1''', 'TB400'),
  ('''x'', slippage_percent => -1', 'TB400'), ('''x'', slippage_percent => ''NaN''', 'TB400'), ('''x'', fill_delay_ms => -1', 'TB400'),
  ('''x'', max_quote_age => ''0''', 'TB400'), ('''x'', max_history_age => ''-1 day''', 'TB400'), ('''x'', seed => null', 'TB400')) as wrong (terms, code);
select is((select count(*) from portfolios), 4::bigint, 'what raises opens nothing');

-- What isn't given comes from her settings.
select lives_ok($$ select identity.edit_settings(1, initial_balances => '{"USD": 7}', slippage_percent => 0.5, fill_delay_ms => 20,
  max_quote_age => '5 minutes', max_history_age => '2 days', allow_short => true, allow_mock_prices => true) $$,
    'she edits her settings');
select results_eq(
  $$ select slippage_percent::numeric, fill_delay_ms::integer, max_quote_age::interval, max_history_age::interval, allow_short, allow_mock_prices from open_portfolio('hers') $$,
  $$ values (0.5, 20, interval '5 minutes', interval '2 days', true, true) $$, 'new portfolios take them');
select is((select b.amount::numeric from balances as b join portfolios as p using (username, portfolio_id) where p.name = 'hers'), 7::numeric,
  'and her initial balances');
select is((select slippage_percent::numeric from open_portfolio('its own', slippage_percent => 0)), 0::numeric,
  'unless told otherwise');
select is((select slippage_percent::numeric from portfolios where name = 'main'), 0.1,
  'portfolios that are open keep theirs');

select tests.act_as('bob', book());
select is((select username from open_portfolio('main')), 'bob', 'the same name is bob''s own portfolio');
select tests.act_as('', book());
select throws_ok($$ select open_portfolio('main') $$, 'TB401', null, 'nobody opens none');
select tests.act_as_installer();
update identity.users set status = 'SUSPENDED' where username = 'bob';
select tests.act_as('bob', book());
select throws_ok($$ select open_portfolio('more') $$, 'TB401', null, 'nor does a suspended user');

-- Feeds of one's own are for paper: nobody moves the clock of the live book.
select tests.act_as_installer();
insert into shared_data.feeds (username, name) values ('alice', 'replay'), ('bob', 'his'), ('alice', 'tape');
select tests.act_as('alice', book());
select is(tests.refusal($$ select open_portfolio('replayed', feed => 'replay') $$), case book() when 'paper' then 'accepted' else 'TB404' end,
  'a feed of one''s own is for the paper book only');
select is(tests.refusal($$ select open_portfolio('x', feed => 'his') $$), 'TB404', 'and another''s is for nobody else');
select is((select feed_owner from open_portfolio('which', feed => 'tape')), case book() when 'paper' then 'alice' else 'market' end,
  'one''s own goes before a shared one of that name');
select is((select p.max_quote_age::interval from portfolios as p where name = 'which'), '5 minutes',
  'with her own idea of stale');

select tests.act_as_installer();
select finish();
rollback;
