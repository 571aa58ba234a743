-- Options: on an underlying, by its multiplier; short only covered or cash-secured; settled in cash, or expired.
begin;
select plan(45);

select tests.set_stage();
select results_eq(
  $$ select symbol, multiplier::numeric, currency, shared_data.expires_at(i) from shared_data.add_instrument('AAPLC100', 'option', 'USD', underlying => 'AAPL',
       option_type => 'call', strike => 100, expiry => '2026-03-20') as i $$,
  $$ values ('AAPLC100', 100::numeric, 'USD', timestamptz '2026-03-20 20:00+00') $$, 'an option is of 100, until the close of its day');
select shared_data.add_instrument('AAPLP90', 'option', 'USD', underlying => 'AAPL', option_type => 'put', strike => 90, expiry => '2026-03-20') is not null,
       shared_data.add_instrument('MSFTC50', 'option', 'USD', underlying => 'MSFT', option_type => 'call', strike => 50, expiry => '2026-03-20') is not null;
select throws_ok(format('select shared_data.add_instrument(''X'', %s)', terms), code, null, terms)
from (values
  ('''option'', ''USD''', 'TB400'), ('''option'', ''USD'', underlying => ''AAPL''', 'TB400'),
  ('''option'', ''EUR'', underlying => ''AAPL'', option_type => ''call'', strike => 1, expiry => ''2026-03-20''', 'TB400'),
  ('''option'', ''USD'', underlying => ''AAPLP90'', option_type => ''call'', strike => 1, expiry => ''2026-03-20''', 'TB400'),
  ('''option'', ''USD'', underlying => ''NONE'', option_type => ''call'', strike => 1, expiry => ''2026-03-20''', 'TB404'),
  ('''option'', ''USD'', underlying => ''AAPL'', option_type => ''both'', strike => 1, expiry => ''2026-03-20''', 'TB400'),
  ('''option'', ''USD'', underlying => ''AAPL'', option_type => ''call'', strike => 0, expiry => ''2026-03-20''', 'TB400'),
  ('''equity'', ''USD'', strike => 5', 'TB400')) as tried (terms, code);

select tests.open('alice', balances => '{"USD": 20000}'), tests.open('bob', balances => '{"USD": 20000}');
select tests.quote('AAPL', 99, 101, 100), tests.quote('AAPLC100', 4.9, 5.1, 5), tests.quote('AAPLP90', 1.9, 2.1, 2), tests.quote('MSFTC50', 0.9, 1.1, 1), tests.quote('MSFT', 49, 51, 50);
select tests.act_as('alice', 'paper');

-- Long, by the multiplier.
select results_eq($$ select status::text, average_price from place_order('AAPLC100', 'buy', 2) $$, $$ values ('FILLED', 5.1) $$, 'a call is bought');
select is((select amount::numeric from balances), 18980::numeric, 'for 100 times its price');
select results_eq($$ select asset_class, underlying, option_type::text, strike::numeric, expiry from trades $$,
  $$ values ('option', 'AAPL', 'call', 100::numeric, date '2026-03-20') $$, 'the trade knows its terms');
select is((select reject_reason from place_order('AAPLC100', 'buy', 50)), 'insufficient funds: needs 25550 USD, 18980 free', 'the premium is paid in full');
select is((select status::text from place_order('AAPLC100', 'sell', 1)), 'FILLED', 'what is held can be sold');

-- A call is sold covered.
select is((select reject_reason from place_order('MSFTC50', 'sell', 1)), 'a short call is covered by its underlying: needs 100 MSFT, 0 free', 'no short call without its underlying');
select is((select status::text from place_order('MSFT', 'buy', 150)), 'FILLED', 'with it');
select is((select status::text from place_order('MSFTC50', 'sell', 1)), 'FILLED', 'it is sold, where short selling is not allowed');
select is((select reject_reason from place_order('MSFTC50', 'sell', 1)), 'a short call is covered by its underlying: needs 100 MSFT, 50 free', 'each share covers once');
select is((select reject_reason from place_order('MSFT', 'sell', 100)), '50 MSFT cover short calls, 50 free', 'what covers can''t be sold');
select is((select status::text from place_order('MSFT', 'sell', 30)), 'FILLED', 'what doesn''t can');
select is((select status::text from place_order('MSFT', 'sell', 20, 'limit', 60, time_in_force => 'GTC')), 'OPEN', 'also in an order that waits');
select is((select status::text from place_order('MSFTC50', 'buy', 1)), 'FILLED', 'bought back');
select is((select status::text from place_order('MSFT', 'sell', 100)), 'FILLED', 'the shares are free');

-- A put is sold for its strike in cash.
select tests.act_as('bob', 'paper');
select is((select reject_reason from place_order('AAPLP90', 'sell', 3)), 'insufficient funds: needs 27000 USD, 20000 free', 'a put needs its strike');
select is((select status::text from place_order('AAPLP90', 'sell', 1, 'limit', 5, time_in_force => 'GTC')), 'OPEN', 'an order holds it');
select is((select held::numeric from balances), 9000::numeric, '90 times 100');
select is((select (cancel_order(order_id)).status::text from orders where status = 'OPEN'), 'CANCELED', 'and frees it');
select is((select status::text from place_order('AAPLP90', 'sell', 2)), 'FILLED', 'two are sold');
select is((select reject_reason from place_order('MSFT', 'buy', 100)), 'insufficient funds: needs 5106 USD, 2380 free', 'the strike stays reserved while they are open');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

-- Expiry: by the feed's clock, once.
select place_order('AAPLC100', 'buy', 1, 'limit', 1, time_in_force => 'GTC') is not null from tests.act_as('alice', 'paper');
select tests.act_as_installer();
select is(shared_data.expire_instruments(), 0, 'nothing before its day');
select tests.quote('AAPL', 102, 103, 102.5, at => '2026-03-20 19:59+00');
select is(shared_data.expire_instruments(), 0, 'nor before its close');
select tests.quote('AAPL', 80, 81, 80, at => '2026-03-20 20:30+00');
select is(shared_data.expire_instruments('2026-03-20 19:00+00'), 0, 'nor beyond the moment that is asked');
select tests.act_as('alice', 'paper');
select is((select reject_reason from place_order('AAPLC100', 'buy', 1)), 'stale market data', 'it can be bought no more');
select is((select reject_reason from place_order('AAPLC100', 'buy', 1, 'limit', 5)), 'the option has expired', 'not even at a limit');
select tests.act_as_installer();
select is(shared_data.expire_instruments(), 2, 'rule 16: each trade ends');
select results_eq($$ select symbol, status::text, exit_reason, exit_price, realized_pnl::numeric, closed_at from trades where expiry is not null and closed_at >= '2026-03-20' order by symbol $$,
  $$ values ('AAPLC100', 'CLOSED', 'settled', 3.7, -280::numeric, timestamptz '2026-03-20 20:00+00'), ('AAPLP90', 'EXPIRED', 'expired', 0, 380, '2026-03-20 20:00+00') $$,
  'in the money in cash at its intrinsic value by the last price of its day, otherwise at nothing');
select results_eq($$ select status::text, end_reason from orders where symbol = 'AAPLC100' and limit_price = 1 $$, $$ values ('EXPIRED', 'the option has expired') $$, 'what waited for it expires');
select is(shared_data.expire_instruments(), 0, 'again, it does nothing');
select is((select count(*) from positions as s join shared_data.instruments as i using (symbol) where i.expiry is not null and s.quantity <> 0), 0::bigint, 'none is held');
select is_empty('select * from differences()', 'state is what the facts say');

-- Without a price of its last day it is left, and settled once there is one.
select shared_data.add_instrument('SAPC', 'option', 'EUR', underlying => 'SAP', option_type => 'call', strike => 10, expiry => '2026-03-27') is not null;
select tests.quote('SAPC', 1, 1.1, 1, at => '2026-03-26 15:00+00');
select tests.open('bob', 'euro', '{"EUR": 1000}');
select is((select status::text from place_order('SAPC', 'buy', 1, portfolio => 'euro')), 'FILLED', 'another option') from tests.act_as('bob', 'paper');
select tests.act_as_installer();
select tests.quote('AAPL', 80, 81, 80, at => '2026-03-28 15:00+00');
set client_min_messages = error;
select is(shared_data.expire_instruments(), 0, 'nothing is invented');
select tests.act_as('alice', 'paper');
select throws_ok('select shared_data.expire_instruments()', '42501', null, 'traders don''t settle');
select throws_ok('select expire_portfolios(now())', '42501', null, 'by no way');
select tests.act_as_installer();

select finish();
rollback;
