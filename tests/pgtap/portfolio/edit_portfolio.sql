-- A portfolio's settings under a version; and closing, which needs nothing open.
begin;
select plan(25);

select tests.set_stage();
select tests.open('alice'), tests.open('alice', 'side'), tests.open('bob');
select tests.act_as('alice', book());

select results_eq(
  $$ select slippage_percent::numeric, allow_short, fee_venue, version::integer from edit_portfolio('main', 1, slippage_percent => 0.2, allow_short => true, fee_venue => 'nyse') $$,
  $$ values (0.2, true, 'nyse', 2) $$, 'what is given changes, and the version counts');
select throws_ok(format('select edit_portfolio(%s)', terms), code, null, format('%s: %s', code, terms))
from (values ('''main'', 1, allow_short => false', 'TB409'), ('''main'', null', 'TB409'), ('''other'', 1', 'TB404'),
             ('''main'', 2, slippage_percent => 100', 'TB400'), ('''main'', 2, slippage_percent => ''NaN''', 'TB400'), ('''main'', 2, fill_delay_ms => -1', 'TB400'),
             ('''main'', 2, max_quote_age => ''0''', 'TB400'), ('''main'', 2, max_history_age => ''0''', 'TB400')) as wrong (terms, code);
select results_eq($$ select version::integer, slippage_percent::numeric from portfolios where name = 'main' $$,
  $$ values (2, 0.2) $$,
  'a refusal changes nothing');
select is((select details -> 'slippage_percent' from audit_log where operation = 'portfolio_edited'), '"0.2"'::jsonb,
  'an edit is an event, numbers as text');

select throws_ok($$ select close_portfolio('side', 9) $$, 'TB409', null, 'closing knows versions too');
select throws_ok($$ select close_portfolio('other') $$, 'TB404', null, 'and names');
select results_eq($$ select is_active, version::integer from close_portfolio('side') $$, $$ values (false, 2) $$,
  'closing needs nothing more');
select throws_ok(format(act, 'side'), 'TB422', null, 'a closed portfolio: ' || act)
from unnest(array['select close_portfolio(%L)', 'select edit_portfolio(%L, 2)', 'select cancel_all(%L)',
                  'select place_order(''AAPL'', ''buy'', 1, portfolio => %L)']) as tried (act);
select throws_ok($$ select open_portfolio('side') $$, 'TB422', null, 'its name stays taken');
select is((select count(*) from audit_log where operation = 'portfolio_closed'), 1::bigint, 'closing is an event');
select isnt_empty($$ select * from portfolios where name = 'side' $$, 'and it stays readable');

select tests.act_as_installer();
select set_config('tests.open', tests.pending('alice', 'AAPL', 'buy', 10), true);
select tests.act_as('alice', book());
select throws_ok($$ select close_portfolio('main') $$, 'TB422', null, 'not with an open order');
select tests.act_as_installer();
select tests.fill(current_setting('tests.open'), 10, 100);
select tests.act_as('alice', book());
select throws_ok($$ select close_portfolio('main') $$, 'TB422', null, 'nor with a position');
select tests.act_as_installer();
select tests.trade('alice', 'AAPL', 'sell', 10, 100) is not null;
select tests.act_as('alice', book());
select lives_ok($$ select close_portfolio('main') $$, 'but flat');
select tests.act_as('bob', book());
select is((select is_active from portfolios), true, 'bob''s of the same name stays');

select tests.act_as_installer();
select finish();
rollback;
