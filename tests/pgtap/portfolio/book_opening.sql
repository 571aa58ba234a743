-- Rule 5: a portfolio opens with money, and with spot that is an opening execution at its mark; equity counts it once.
begin;
select plan(15);

select tests.set_stage();
select shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 8) is not null;
select tests.act_as('alice', book());
select throws_ok($$ select open_portfolio('main', feed => 'tape', initial_balances => '{"USD": 1000, "BTC": 0.5}') $$, 'TB503', null,
  'without a mark there is no opening execution');
select is((select count(*) from portfolios), 0::bigint, 'and nothing is opened');

select tests.act_as_installer();
select tests.quote('BTCUSD', 49990, 50010), tests.quote('EURUSD', 1.1, 1.2);
select tests.act_as('alice', book());
select is((select name::text from open_portfolio('main', feed => 'tape', initial_balances => '{"USD": 1000, "BTC": 0.5, "EUR": 100}')), 'main',
  'with one it opens');
select results_eq('select currency, amount::numeric from balances order by currency',
  $$ values ('BTC', 0.5), ('EUR', 100), ('USD', 1000) $$, 'it has what it opened with');
select results_eq('select symbol, quantity::numeric, average_price from positions', $$ values ('BTCUSD', 0.5, 49990::numeric) $$,
  'crypto is a position at its mark; other currencies are money');
select results_eq('select quantity::numeric, price::numeric, price_source::text from executions',
  $$ values (0.5, 49990::numeric, 'mark') $$, 'by an execution, a fact');
select results_eq('select kind, currency, amount::numeric from ledger_entries order by seq',
  $$ values ('deposit', 'USD', 24995::numeric), ('settlement', 'USD', -24995), ('settlement', 'BTC', 0.5), ('deposit', 'EUR', 100), ('deposit', 'USD', 1000) $$,
  'paid with money that came in for it');
select results_eq('select cash, positions_value, equity, unrealized_pnl, unknown from portfolio_summary',
  $$ values (1115::numeric, 24995::numeric, 26110::numeric, 0::numeric, null::text) $$,
  'equity counts spot once: 1000, 100 EUR between 1.1 and 1.2, and half a coin at the bid');
select is((select status::text from trades), 'OPEN', 'and a trade is open');
select is_empty('select * from differences()', 'state is what the facts say')
from tests.act_as_installer();

-- A reset brings it back, at the mark of that moment.
select tests.quote('BTCUSD', 59990, 60010);
select tests.act_as('alice', book());
select is((select case book() when 'live' then 2 else (reset_portfolio()).session end), 2, 'a reset begins anew')
where book() = 'paper' union all select pass('live is never reset') where book() = 'live';
select results_eq('select currency, amount::numeric from balances order by currency',
  $$ values ('BTC', 0.5), ('EUR', 100), ('USD', 1000) $$, 'with what it opened with');
select results_eq('select average_price, realized_pnl::numeric from positions',
  $$ select case book() when 'paper' then 59990::numeric else 49990 end, case book() when 'paper' then 5000::numeric else 0 end $$,
  'the first trade ended at the mark, the next begins there');
select results_eq($$ select array_agg(status::text || coalesce(' ' || exit_reason, '') order by opened_at, closed_at nulls last) from trades $$,
  $$ select case book() when 'paper' then array['CLOSED reset', 'OPEN'] else array['OPEN'] end $$, 'and is kept');
select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');

select finish();
rollback;
