-- A symbol change into one that a portfolio already waits for, or holds at a price that no quote gave: what was there
-- ends, what was held goes on, and nobody's portfolio stands in the way of the others'.
begin;
select plan(13);

select tests.set_stage();
select shared_data.add_instrument('MSF', 'equity', 'USD') is not null;
select tests.open('alice'), tests.open('bob');
select tests.quote('MSFT', 99, 101, 100);
select tests.act_as('alice', 'paper');
select edit_portfolio('main', 1, allow_mock_prices => true) is not null;
set local client_min_messages = error;
select place_order('MSFT', 'buy', 10, stop_loss => 90), place_order('MSFT', 'buy', 1, 'limit', 80, time_in_force => 'GTC', strategy => 'dip'),
       place_order('MSF', 'buy', 1, 'limit', 81, time_in_force => 'GTC', strategy => 'dip'), place_order('MSF', 'buy', 2),
       place_order('MSF', 'buy', 3, strategy => 'held'), place_order('MSFT', 'buy', 4, strategy => 'gone'), place_order('MSF', 'buy', 5, strategy => 'gone');
select results_eq($$ select symbol, strategy::text, quantity::numeric from positions order by symbol, strategy $$,
  $$ values ('MSF', '', 2::numeric), ('MSF', 'gone', 5), ('MSF', 'held', 3), ('MSFT', '', 10), ('MSFT', 'gone', 4) $$, 'some of either');
select place_order('MSF', 'sell', 5, strategy => 'gone') is not null;
select tests.act_as('bob', 'paper');
select place_order('MSFT', 'buy', 7) is not null;

select tests.act_as_installer();
select lives_ok($$ select shared_data.record_corporate_action('MSFT', new_symbol => 'MSF', feed => 'tape') $$, 'the symbol changes');
select is_empty($$ select * from unmatched where cause = 'failed' $$, 'for everybody');
select tests.act_as('bob', 'paper');
select results_eq($$ select symbol, quantity::numeric from positions where quantity <> 0 $$, $$ values ('MSF', 7::numeric) $$, 'bob''s');
select tests.act_as('alice', 'paper');
select results_eq($$ select symbol, strategy::text, quantity::numeric, cost::numeric from positions where quantity <> 0 order by symbol, strategy $$,
  $$ values ('MSF', '', 10::numeric, 1010::numeric), ('MSF', 'gone', 4, 404) $$, 'what was held is held on, what stood at a made-up price has ended');
select results_eq($$ select strategy::text, status::text, exit_reason from trades where exit_reason = 'its symbol is another''s now' order by strategy $$,
  $$ values ('', 'CLOSED', 'its symbol is another''s now'), ('dip', 'CANCELED', 'its symbol is another''s now'), ('held', 'CLOSED', 'its symbol is another''s now') $$, 'as its trades say');
select results_eq($$ select realized_pnl::numeric from trades where exit_reason = 'its symbol is another''s now' and status = 'CLOSED' $$, array[0::numeric, 0], 'at what it cost');
select results_eq($$ select symbol, status::text, end_reason from orders where limit_price is not null order by limit_price $$,
  $$ values ('MSF', 'OPEN', null), ('MSF', 'CANCELED', 'its symbol is another''s now') $$, 'one order waits on, the other is canceled');
select is((select status::text from trades where strategy = 'dip' and closed_at is null), 'PENDING', 'with its trade');
select is((select count(*) from trades where symbol = 'MSF' and status = 'OPEN'), 2::bigint, 'one trade a position');
select tests.quote('MSF', 79, 80, 79);
select results_eq($$ select strategy::text, exit_reason from trades where status = 'CLOSED' and exit_reason = 'stop_loss' $$, $$ values ('', 'stop_loss') $$, 'the exit works');
select is((select status::text from orders where limit_price = 80), 'FILLED', 'so does the entry');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

select finish();
rollback;
