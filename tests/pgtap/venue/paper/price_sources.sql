-- Rule 22: the feed's quote while fresh, then stored history, then a mock where allowed; else REJECTED, and a limit rests.
begin;
select plan(27);

select tests.set_stage();
select tests.open('alice');
select tests.quote('AAPL', 99, 101, 100, at => '2026-03-02 15:00+00');
select tests.act_as('alice', 'paper');

select results_eq($$ select status::text, reject_reason from place_order('MSFT', 'buy', 1) $$,
  $$ values ('REJECTED', 'stale market data') $$,
  'no quote at all');
select tests.quote('MSFT', 49, 51, at => '2026-03-02 15:01:00+00');
select is((select status::text from place_order('AAPL', 'buy', 1)), 'FILLED',
  'a quote 60 s old by the feed''s clock is fresh');
select tests.quote('MSFT', 49, 51, at => '2026-03-02 15:01:01+00');
select results_eq($$ select status::text, reject_reason, filled_quantity::numeric from place_order('AAPL', 'buy', 1) $$,
  $$ values ('REJECTED', 'stale market data', 0::numeric) $$,
  'one of 61 s is stale: no fill');
select is((select status::text from place_order('AAPL', 'buy', 1, 'limit', 105, time_in_force => 'GTC')), 'OPEN',
  'a limit rests');
select is((select status::text from place_order('AAPL', 'buy', 1, 'limit', 105, time_in_force => 'IOC')), 'CANCELED',
  'unless it can''t wait');
select is((select status::text from place_order('AAPL', 'buy', 1, 'stop', stop_price => 105, time_in_force => 'GTC')), 'OPEN',
  'a stop waits');
select count(*) from cancel_all();
select lives_ok($$ select edit_portfolio('main', 1, max_quote_age => '2 minutes') $$,
  'how old is the portfolio''s to say');
select is((select status::text from place_order('AAPL', 'buy', 1)), 'FILLED', 'then it is fresh');

select tests.quote('MSFT', 49, 51, at => '2026-03-02 16:00+00');
select lives_ok($$ select edit_portfolio('main', 2, max_history_age => '1 day') $$, 'history may stand in');
select is((select average_price from place_order('AAPL', 'buy', 1)), 101::numeric, 'the latest stored price');
select results_eq('select price_source::text, quote_number from executions order by seq desc limit 1', $$ values ('history', 1::bigint) $$,
  'and the fill says that it is history');
select tests.act_as_installer();
select shared_data.record_bars(array[('AAPL', 104, 106, 103, 105, 1000, '2026-03-02 15:30+00'), ('AAPL', 1, 1, 1, 1, 1, '2026-03-02 17:00+00')]::shared_data.bar[], 'tape') = 2;
select tests.act_as('alice', 'paper');
select is((select average_price from place_order('AAPL', 'buy', 1)), 105.11,
  'a bar''s close is one, with slippage; one of the feed''s future is none');
select tests.quote('MSFT', 49, 51, at => '2026-03-04 16:00+00');
select is((select reject_reason from place_order('AAPL', 'buy', 1)), 'stale market data', 'history has an age too');

select lives_ok($$ select edit_portfolio('main', 3, allow_mock_prices => true) $$,
  'a mock, where the portfolio allows it');
select is((select average_price from place_order('AAPL', 'buy', 1)), 100.10, 'is the last known price with slippage');
select is((select average_price from place_order('SAP', 'buy', 1)), null, 'money in its currency is missing');
select is((select price_source::text from executions order by seq desc limit 1), 'mock',
  'and the fill says that it is made up');
select is((select average_price from (select tests.quote('EURUSD', 1, 2)) as q, place_order('AAPL', 'buy', 1)), 100.10,
  'a mock moves with nothing');
select is((select q.last::numeric from shared_data.quotes as q where (feed, symbol) = ('tape', 'AAPL')), 100::numeric,
  'and is no quote');
select tests.quote('AAPL', 109, 111, at => '2026-03-04 16:01+00');
select is((select average_price from place_order('AAPL', 'buy', 1)), 111::numeric,
  'a fresh quote goes before all else');
select results_eq('select distinct price_source::text from executions order by 1', array['history', 'mock', 'quote'],
  'three sources, each recorded');

-- Where its last quote is fresh, but on another feed, it isn't there.
select lives_ok($$ select open_portfolio('now') $$, 'a portfolio on real time');
select is((select reject_reason from place_order('AAPL', 'buy', 1, portfolio => 'now')), 'stale market data',
  'sees no price of the tape');
select tests.quote('AAPL', 9, 10, feed => 'realtime', at => clock_timestamp() - interval '2 minutes');
select is((select reject_reason from place_order('AAPL', 'buy', 1, portfolio => 'now')), 'stale market data',
  'nor an old one: real time runs on the real clock');
select tests.quote('AAPL', 9, 10, feed => 'realtime', at => clock_timestamp());
select is((select average_price from place_order('AAPL', 'buy', 1, portfolio => 'now')), 10::numeric,
  'but a fresh one');

-- Without a time nothing happens, made-up prices or not.
select lives_ok($$ select shared_data.open_feed('empty') $$, 'a feed of her own');
select is((select reject_reason from open_portfolio('early', feed => 'empty', allow_mock_prices => true),
                                     place_order('AAPL', 'buy', 1, portfolio => 'early')), 'stale market data',
  'an empty feed has no mock');

select tests.act_as_installer();
select finish();
rollback;
