-- Brackets that come to clash, by a split that brings both prices to one tick, or by an entry that waited while its trade
-- was given another bracket: the exits stay on either side, and matching goes on.
begin;
select plan(17);

create function pg_temp.exits(wanted text default '') returns text language sql as $$
  select string_agg(concat_ws(' ', purpose, side, trim_scale(quantity - filled_quantity), coalesce(stop_price, limit_price)), ', ' order by purpose)
  from orders where purpose in ('stop_loss', 'take_profit') and status in ('OPEN', 'PARTIALLY_FILLED') and strategy = wanted
$$;

select tests.set_stage();
select tests.open('alice', allow_short => true), tests.open('bob', allow_short => true);
select tests.quote('AAPL', 100, 100.02, 100.01);

-- A split rounds a long's prices away from each other, a short's too; at the lowest tick the profit stays above.
select tests.act_as('alice', 'paper');
select place_order('AAPL', 'buy', 10, stop_loss => 99.99, take_profit => 100.06),
       place_order('AAPL', 'sell', 10, stop_loss => 100.06, take_profit => 99.97, strategy => 'short'),
       place_order('AAPL', 'buy', 10, 'limit', 100, time_in_force => 'GTC', stop_loss => 99.98, take_profit => 100.03, strategy => 'waits');
select tests.act_as_installer();
select lives_ok($$ select shared_data.record_corporate_action('AAPL', 10, 1, feed => 'tape') $$, 'ten for one');
select tests.act_as('alice', 'paper');
select is(pg_temp.exits(), 'stop_loss sell 100 9.99, take_profit sell 100 10.01', 'a long''s exits go outwards');
select is(pg_temp.exits('short'), 'stop_loss buy 100 10.01, take_profit buy 100 9.99', 'so do a short''s');
select results_eq($$ select limit_price::numeric, stop_loss::numeric, take_profit::numeric from orders where strategy = 'waits' $$,
  $$ values (10::numeric, 9.99::numeric, 10.01::numeric) $$, 'and those that an entry brings');
select tests.act_as_installer();
select lives_ok($$ select shared_data.record_corporate_action('AAPL', 10000, 1, feed => 'tape') $$, 'to less than a tick');
select tests.act_as('alice', 'paper');
select results_eq($$ select direction::text, stop_loss::numeric, take_profit::numeric, status::text from trades where strategy in ('', 'short') order by direction $$,
  $$ values ('long', 0.01::numeric, 0.02::numeric, 'CLOSED'), ('short', 0.02, 0.01, 'CLOSED') $$, 'a profit stays beyond its loss; what the new price has reached is out');
select is_empty('select * from unmatched where cause = ''failed''', 'nothing failed');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

-- An entry with a stop loss beyond the take profit that its trade has got: the stop loss stands, the profit gives way.
select tests.act_as('bob', 'paper');
select tests.quote('MSFT', 99, 101, 100);
select is((select status::text from place_order('MSFT', 'buy', 5, 'stop', stop_price => 110, time_in_force => 'GTC', stop_loss => 106)), 'OPEN', 'a stop entry waits');
select place_order('MSFT', 'buy', 10, take_profit => 105, stop_loss => 95) is not null;
select tests.quote('MSFT', 111, 112, 111);
select is_empty('select * from unmatched where cause = ''failed''', 'a gap beyond both is matched');
select results_eq($$ select status::text from orders where stop_price = 110 $$, array['FILLED'], 'the entry fills');
select is(pg_temp.exits(), 'stop_loss sell 15 106', 'its stop loss stands; the take profit below it is taken back');
select results_eq($$ select stop_loss::numeric, take_profit::numeric from trades where closed_at is null $$, $$ values (106::numeric, null::numeric) $$, 'as the trade says');

-- One with a take profit on the wrong side of its trade's stop loss: again the stop loss stands.
select tests.quote('MSFT', 110, 111, 110);
select is((select status::text from place_order('MSFT', 'buy', 5, 'limit', 100, time_in_force => 'GTC', take_profit => 105, strategy => 'dip')), 'OPEN', 'an entry waits below');
select place_order('MSFT', 'buy', 10, stop_loss => 108, strategy => 'dip') is not null;
select tests.quote('MSFT', 98, 99, 98);
select is_empty('select * from unmatched where cause = ''failed''', 'a gap beyond both is matched');
select results_eq($$ select status::text, exit_reason, exit_price from trades where strategy = 'dip' $$, $$ values ('CLOSED', 'stop_loss', 98::numeric) $$, 'the stop loss takes all of it out');
select is_empty('select * from differences()', 'state is what the facts say') from tests.act_as_installer();

select finish();
rollback;
