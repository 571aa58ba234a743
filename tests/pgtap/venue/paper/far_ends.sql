-- Numbers and times at their far ends are refused at the door, so that what was let in can always be reckoned and matched.
begin;
select plan(31);

create function pg_temp.quote(price numeric, at timestamptz default '2012-03-05 15:00+00') returns integer language sql as $$
  select shared_data.replay_quotes('own', array[('AAPL', price, price, price, null, at, null, null)::shared_data.quote])
$$;

select tests.set_stage();
select tests.act_as('alice', 'paper');
select shared_data.open_feed('own') is not null;
select open_portfolio('main', feed => 'own') is not null;

select throws_ok(format('select pg_temp.quote(%s)', terms), 'TB400', null, 'no quote of ' || terms)
from unnest(array['1e131000', '1e18', '100, ''4713-01-05 15:00+00 BC''', '100, ''294276-12-30 15:00+00''']) as terms;
select throws_ok(format($$ select shared_data.load_bars('own', array[('AAPL', 1, %1$s, 1, 1, %1$s, %2$L)::shared_data.bar]) $$, high, at), 'TB400', null, 'no such bar')
from (values ('1e18', '2012-03-05 15:00+00'), ('2', '294276-12-30 15:00+00')) as tried (high, at);
select is(pg_temp.quote(100), 1, 'a quote');
select throws_ok('select place_order(''AAPL'', ''buy'', ' || terms || ')', 'TB400', null, 'no order of ' || terms)
from unnest(array['1e100000', '1e18', '1, ''limit'', 1e18', '1, ''stop'', stop_price => 1e18', '1, take_profit => 1e18']) as terms;
select is((select status::text from place_order('AAPL', 'buy', 10, 'limit', 90, time_in_force => 'GTC')), 'OPEN', 'an order');
select throws_ok('select edit_portfolio(''main'', 1, ' || terms || ')', 'TB400', null, 'no ' || terms)
from unnest(array['max_quote_age => ''1001 years''', 'max_history_age => ''20000 years''']) as terms;
select lives_ok('select edit_portfolio(''main'', 1, max_quote_age => ''1000 years'', max_history_age => ''1000 years'', fill_delay_ms => 2147483647)', 'the most that may be');
select throws_ok($$ select open_portfolio('other', feed => 'own', initial_balances => '{"USD": 1e18}') $$, 'TB400', null, 'no such sum');
select throws_ok(format($$ select shared_data.replay_corporate_action('own', 'AAPL', %s) $$, terms), 'TB400', null, 'no split of ' || terms)
from unnest(array['1e7, 1', '1, 1000001', '1e18, 1e17']) as terms;

-- What is let in at the ends is matched.
select is(pg_temp.quote(1e-1000, '2012-03-06 15:00+00'), 1, 'a price of next to nothing');
select is((select average_price from orders where limit_price = 90), 90::numeric, 'fills what waited') ;
select edit_portfolio('main', 2, fill_delay_ms => 0) is not null;
select is((select average_price from place_order('AAPL', 'buy', 1)), 0.01, 'is bought at a tick');
select is((select average_price from place_order('AAPL', 'sell', 1)), 0.01, 'and sold at one');
select is(pg_temp.quote(999999999999999999, '9998-12-30 15:00+00'), 1, 'a price of very much, very late');
select is((select average_price from place_order('AAPL', 'sell', 10)), 999999999999999999::numeric, 'sells');
select is((select status::text from place_order('AAPL', 'buy', 999999999999999, 'limit', 0.01)), 'OPEN', 'and a DAY order waits');
select is_empty('select * from unmatched where cause = ''failed''', 'nothing failed');
select is((select count(*) from trade_history), 2::bigint, 'trades are told');
select is((select count(*) from portfolio_summary where equity is not null), 1::bigint, 'and what it is worth');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

select finish();
rollback;
