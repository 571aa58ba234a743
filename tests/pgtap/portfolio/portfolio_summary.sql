-- Rule 6: equity in the base currency goes through currency instruments' quotes, or is unknown with a reason.
begin;
select plan(13);

select tests.set_stage();
select tests.open('alice', balances => '{"USD": 1000, "EUR": 100}'), tests.open('bob', balances => '{"USD": 5}');
select tests.act_as('alice', book());

select results_eq('select name::text, cash, equity, unknown is not null from portfolio_summary',
  $$ values ('main', null::numeric, null::numeric, true) $$, 'without a rate: unknown, and why');

select tests.quote('EURUSD', 1.1, 1.3);
select results_eq('select cash, held, positions_value, equity, realized_pnl, unrealized_pnl, fees, unknown from portfolio_summary',
  $$ values (1120::numeric, 0::numeric, 0::numeric, 1120::numeric, 0::numeric, 0::numeric, 0::numeric, null::text) $$,
    'with one: by its middle');
select is(rate_between('EUR', 'USD', 'market', 'tape'), 1.2, 'a rate read directly');
select is(round(rate_between('USD', 'EUR', 'market', 'tape'), 6), 0.833333, 'or the other way round');
select is(rate_between('USD', 'USD', 'market', 'tape'), 1::numeric, 'a currency in itself');
select is(rate_between('USD', 'JPY', 'market', 'tape'), null, 'or unknown: never invented');
select is(rate_between('EUR', 'USD', 'market', 'realtime'), null, 'another feed''s quote is none');

select tests.act_as_installer();
select tests.trade('alice', 'AAPL', 'buy', 2, 100, fee => 1) is not null, tests.trade('alice', 'AAPL', 'sell', 1, 90) is not null, tests.trade('alice', 'SAP', 'buy', 3, 10) is not null;
select tests.act_as('alice', book());
select results_eq('select cash, equity, realized_pnl, unknown is not null from portfolio_summary',
  $$ values (889 + 84::numeric, null::numeric, -10::numeric, true) $$, 'without a mark: cash is known, equity is not');

select tests.quote('AAPL', 95, 97), tests.quote('SAP', 12, 13);
select results_eq('select cash, positions_value, equity, realized_pnl, unrealized_pnl, fees, unknown from portfolio_summary',
  $$ values (973::numeric, 95 + 43.2, 973 + 138.2, -10::numeric, -5 + 7.2, 1::numeric, null::text) $$,
    'with all of them: equity is cash and positions');

select tests.act_as('bob', book());
select results_eq('select name::text, equity from portfolio_summary', $$ values ('main', 5::numeric) $$,
  'bob sees his own');
select tests.act_as_installer();
select tests.open('bob', 'euro', balances => '{}');
select tests.act_as('bob', book());
select is((select equity from portfolio_summary where name = 'euro'), 0::numeric,
  'one without money is worth nothing, not unknown');

-- The inverse pair serves as well.
select tests.act_as_installer();
select set_config('app.current_user', tests.says('bob', book()), true);
select is((select base_currency from open_portfolio('euros', 'EUR', '{"USD": 12}', feed => 'tape')), 'EUR',
  'a portfolio in euros');
select tests.act_as('bob', book());
select is((select round(equity, 6) from portfolio_summary where name = 'euros'), 10.000000,
  'dollars in euros by the same quote');

select tests.act_as_installer();
select finish();
rollback;
