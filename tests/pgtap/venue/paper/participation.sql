-- Rule 20: with partial fills on, a quote gives at most a part of its size or volume, less what this portfolio took of it.
begin;
select plan(25);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.act_as('alice', 'paper');
select is((select (edit_portfolio('main', 1, partial_fills => true, max_participation => 25)).partial_fills), true, 'it is a setting');
select is((select partial_fills from portfolios where name = 'main'), true, 'off unless it is set')
from tests.act_as('alice', 'paper');
select throws_ok($$ select edit_portfolio('main', 2, max_participation => 101) $$, 'TB400', null, 'a percentage');

-- Of the size on the other side, in whole lots; the rest stays open.
select tests.quote('AAPL', 99, 101, 100, bid_size => 10, ask_size => 18);
select results_eq($$ select status::text, filled_quantity::numeric from place_order('AAPL', 'buy', 10, 'limit', 101, time_in_force => 'GTC') $$,
  $$ values ('PARTIALLY_FILLED', 4::numeric) $$, 'a quarter of 18, in whole lots');
select is((select available::numeric from executions), 4::numeric, 'what it had is stored');
select results_eq($$ select status::text, filled_quantity::numeric from place_order('AAPL', 'buy', 10, 'limit', 101, time_in_force => 'IOC', strategy => 'x') $$,
  $$ values ('CANCELED', 0::numeric) $$, 'this portfolio has taken it');
select results_eq($$ select status::text, filled_quantity::numeric from place_order('AAPL', 'sell', 4) $$, $$ values ('PARTIALLY_FILLED', 2::numeric) $$, 'the other side has its own size');
select is((select status::text from place_order('AAPL', 'buy', 2, portfolio => 'main', time_in_force => 'FOK', strategy => 'y')), 'CANCELED', 'all or nothing');
select tests.act_as('bob', 'paper');
select is((select status::text from place_order('AAPL', 'buy', 10)), 'FILLED', 'users don''t compete, and whoever hasn''t set it fills whole');

-- The next quote gives anew; never twice at one.
select tests.act_as('alice', 'paper');
select tests.quote('AAPL', 99, 100, 100, bid_size => 8, ask_size => 12);
select results_eq($$ select order_number, filled_quantity::numeric from orders where status in ('PARTIALLY_FILLED', 'FILLED') order by order_number $$,
  $$ values (1::bigint, 7::numeric), (3, 4) $$, 'a quarter of 12, and of 8');
select is((select max(n) from (select count(*) as n from executions group by order_id, quote_number) as e), 1::bigint, 'never twice at a quote');
select tests.quote('AAPL', 99, 100, 100);
select is((select status::text from orders where order_number = 1), 'FILLED', 'no size is no limit');
select is((select count(*) from executions where order_id = (select order_id from orders where order_number = 1)), 3::bigint, 'three fills');
select results_eq($$ select filled_value::numeric, average_price from orders where order_number = 1 $$, $$ values (1010::numeric, 101::numeric) $$, 'the rest at its limit, not better');

-- Where there is only a last price, of the volume since the quote before.
select tests.quote('MSFT', last => 50, volume => 40);
select is((select filled_quantity::numeric from place_order('MSFT', 'buy', 30)), 10::numeric, 'a quarter of the volume');
select tests.quote('MSFT', last => 50, volume => 0);
select is((select filled_quantity::numeric from orders where symbol = 'MSFT'), 10::numeric, 'no volume, no fill');
select is((select filled_quantity::numeric from place_order('MSFT', 'buy', 10, 'limit', 60, time_in_force => 'IOC', strategy => 'x')), 0::numeric, 'not at once either');

-- A market order that outgrew its money is cut, its rest canceled.
select tests.act_as_installer();
select tests.open('bob', 'poor', '{"USD": 1050}');
select tests.act_as('bob', 'paper');
select edit_portfolio('poor', 1, fill_delay_ms => 1000) is not null;
select tests.quote('AAPL', 99, 100, 100);
select is((select status::text from place_order('AAPL', 'buy', 10, portfolio => 'poor', time_in_force => 'GTC')), 'OPEN', 'it waits for its delay');
select tests.quote('AAPL', 149, 150, 150);
select results_eq($$ select status::text, filled_quantity::numeric, end_reason from orders where order_number = 1 and portfolio_id = (select portfolio_id from portfolios where name = 'poor') $$,
  $$ values ('CANCELED', 7::numeric, 'insufficient funds at the fill') $$, 'cut to what can be paid');
select is((select amount::numeric from balances where portfolio_id = (select portfolio_id from portfolios where name = 'poor')), 0::numeric, 'no debt');

-- Chance decides what the market only touches: the same each time.
select tests.act_as_installer();
select is(count(distinct c), 1::bigint, 'chance is a function') from (select chance_of(p, 7, 9) as c from portfolios as p, generate_series(1, 3) where name = 'poor') as t;
select ok(min(c) >= 0 and max(c) < 100 and count(distinct c) > 90, 'from 0 to below 100, of order and quote')
from (select chance_of(p, n, 9) as c from portfolios as p, generate_series(1, 100) as n where name = 'poor') as t;
select tests.open('bob', 'never'), tests.open('bob', 'always');
update portfolios set touch_fill_percent = 0 where name = 'never';
select tests.act_as('bob', 'paper');
select place_order('AAPL', 'buy', 1, 'limit', 140, time_in_force => 'GTC', portfolio => name) is not null from unnest(array['never', 'always']) as name;
select tests.quote('AAPL', 139, 140, 140);
select results_eq($$ select p.name::text, o.status::text from orders as o join portfolios as p using (username, portfolio_id) where o.limit_price = 140 order by 1 $$,
  $$ values ('always', 'FILLED'), ('never', 'OPEN') $$, 'a touch fills as often as is set');
select tests.quote('AAPL', 138, 139, 139);
select is((select status::text from orders as o join portfolios as p using (username, portfolio_id) where p.name = 'never'), 'FILLED', 'what trades through always fills');

select tests.act_as_installer();
select is_empty('select * from differences()', 'state is what the facts say');
select finish();
rollback;
