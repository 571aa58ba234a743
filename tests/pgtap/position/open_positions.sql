-- What is held now, marked at what it could be closed at; and by symbol.
begin;
select plan(6);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null, tests.trade('alice', 'MSFT', 'sell', 10, 50) is not null,
       tests.trade('alice', 'AAPL', 'sell', 4, 100, strategy => 'hedge') is not null, tests.trade('alice', 'SAP', 'buy', 1, 10) is not null;
select tests.trade('alice', 'SAP', 'sell', 1, 10) is not null, tests.trade('bob', 'AAPL', 'buy', 7, 100) is not null;
select tests.quote('AAPL', 109, 111, 110, at => '2026-03-02 15:00+00'), tests.quote('MSFT', last => 45, at => '2026-03-02 15:00:10+00');

select tests.act_as('alice', book());
select results_eq(
  $$ select symbol, strategy::text, quantity::numeric, mark, marked_by, mark_age, market_value, unrealized_pnl, unrealized_percent from open_positions order by symbol, strategy $$,
  $$ values ('AAPL', '', 10::numeric, 109::numeric, 'bid', interval '10 seconds', 1090::numeric, 90::numeric, 9.00),
            ('AAPL', 'hedge', -4, 111, 'ask', interval '10 seconds', -444, -44, -11.00),
            ('MSFT', '', -10, 45, 'last', interval '0', -450, 50, 10.00) $$,
  'long at the bid, short at the ask, else at the last price; flat ones are not open, bob''s are not hers');
select results_eq($$ select symbol, quantity, market_value, unrealized_pnl, strategies from net_positions order by symbol $$,
  $$ values ('AAPL', 6::numeric, 646::numeric, 46::numeric, 2::bigint), ('MSFT', -10, -450, 50, 1) $$,
    'net positions add up the strategies');

select tests.quote('MSFT', 44, null, null);
select results_eq($$ select mark, marked_by from open_positions where symbol = 'MSFT' $$,
  $$ values (44::numeric, 'other side') $$,
  'a mark by the other side says so');
select is((select closable_quantity from open_positions where (symbol, strategy) = ('AAPL', '')), 10::numeric,
  'all of it may be sold');

select tests.act_as('bob', book());
select results_eq('select symbol, quantity::numeric from open_positions', $$ values ('AAPL', 7::numeric) $$,
  'bob sees his');

select tests.act_as_installer();
select tests.trade('bob', 'SAP', 'buy', 1, 10) is not null;
select tests.act_as('bob', book());
select results_eq($$ select mark, marked_by, mark_age, market_value, unrealized_pnl from open_positions where symbol = 'SAP' $$,
  $$ values (null::numeric, null, null::interval, null::numeric, null::numeric) $$,
    'without a quote nothing is invented');

select tests.act_as_installer();
select finish();
rollback;
