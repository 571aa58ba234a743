-- Rule 19: a limit marketable when placed fills at the quote; one that rests fills at its limit, when the market trades through
-- it, or touches it with volume left. Never worse than its limit.
begin;
select plan(32);

create function pg_temp.newest() returns text language sql as $$
  select format('%s %s', status, plain(average_price)) from orders order by order_number desc limit 1
$$;

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.quote('AAPL', 99, 101, 100);
select tests.act_as('alice', 'paper');

select results_eq($$ select status::text, average_price from place_order('AAPL', 'buy', 100, 'limit', 105, time_in_force => 'GTC') $$,
  $$ values ('FILLED', 101::numeric) $$, 'a marketable buy fills at the ask, not at its limit');
select results_eq($$ select status::text, average_price from place_order('AAPL', 'sell', 50, 'limit', 95, time_in_force => 'GTC') $$,
  $$ values ('FILLED', 99::numeric) $$, 'a marketable sale at the bid');

-- A buy at 98, and what each next quote does to it.
select tests.act_as_installer();
create temporary table story (n integer, bid numeric, ask numeric, last numeric, volume numeric, ask_size numeric, bid_size numeric, side text, then_it_is text, why text);
insert into story values
  (1, 98.5, 98.6, 98.55, null, null, null, 'buy', 'OPEN ', 'the market is above it'),
  (2, 97.5, 98.6, 98.01, null, null, null, 'buy', 'OPEN ', 'a bid below it sells nothing'),
  (3, 97, 97.5, null, null, null, null, 'buy', 'FILLED 98', 'an ask below it: filled at its limit, not better'),
  (4, 97.9, 98, null, null, 0, null, 'buy', 'OPEN ', 'touched, but nothing is left at the ask'),
  (5, 97.9, 98, null, null, null, null, 'buy', 'FILLED 98', 'touched, sizes unknown, which is unlimited'),
  (6, 97.9, 98, null, null, 3, null, 'buy', 'FILLED 98', 'touched with size left'),
  (7, null, null, 98, 0, null, null, 'buy', 'OPEN ', 'the last price touched it without volume'),
  (8, null, null, 98, 5, null, null, 'buy', 'FILLED 98', 'the last price touched it with volume'),
  (9, null, null, 97.99, 0, null, null, 'buy', 'FILLED 98', 'the market traded through it'),
  (10, 98, 97, 90, null, null, null, 'buy', 'OPEN ', 'a crossed quote fills nothing'),
  (11, 101, 101.5, 101.2, null, null, null, 'sell', 'OPEN ', 'the market is below the sale at 102'),
  (12, 102.5, 103, null, null, null, null, 'sell', 'FILLED 102', 'a bid above it: filled at its limit'),
  (13, 102, 103, null, null, null, 0, 'sell', 'OPEN ', 'touched, but nothing is left at the bid'),
  (14, 102, 103, null, null, null, 3, 'sell', 'FILLED 102', 'touched with size left'),
  (15, null, null, 102, 0, null, null, 'sell', 'OPEN ', 'the last price touched it without volume'),
  (16, null, null, 102, null, null, null, 'sell', 'FILLED 102', 'the last price touched it, volume unknown'),
  (17, null, null, 102.01, null, null, null, 'sell', 'FILLED 102', 'the market traded through it');

create function pg_temp.told() returns setof text language plpgsql as $$
declare
  s story;
begin
  for s in select * from story order by n loop
    perform tests.quote('AAPL', 99, 101, 100);
    perform place_order('AAPL', s.side, 1, 'limit', case s.side when 'buy' then 98 else 102 end, time_in_force => 'GTC');
    perform tests.quote('AAPL', s.bid, s.ask, s.last, volume => s.volume, bid_size => s.bid_size, ask_size => s.ask_size);
    return next is(pg_temp.newest(), s.then_it_is, s.why);
    perform cancel_all();
  end loop;
end
$$;
grant select on story to public;
select tests.act_as('alice', 'paper');
select pg_temp.told();

select results_eq($$ select distinct liquidity::text, slippage::numeric, model ->> 'price' from executions where seq > 2 $$,
  $$ values ('maker', 0::numeric, 'limit') $$,
  'what rested is a maker, and slips nothing');

-- Where only a last price is known, slippage never takes a limit past itself.
select count(*) from cancel_all();
select tests.quote('AAPL', last => 100);
select results_eq($$ select status::text, average_price from place_order('AAPL', 'buy', 1, 'limit', 100.05) $$,
  $$ values ('FILLED', 100.05) $$, 'a buy no higher than its limit');
select results_eq($$ select status::text, average_price from place_order('AAPL', 'sell', 1, 'limit', 99.95) $$,
  $$ values ('FILLED', 99.95) $$, 'a sale no lower');

-- Several rest, of several users; one quote fills all that it reaches, once.
select tests.quote('AAPL', 99, 101);
select place_order('AAPL', 'buy', 1, 'limit', price, time_in_force => 'GTC') is not null from unnest(array[97, 98, 96.0]) as price;
select tests.act_as('bob', 'paper');
select place_order('AAPL', 'buy', 7, 'limit', 97, time_in_force => 'GTC') is not null;
select tests.act_as('alice', 'paper');
select tests.quote('AAPL', 96, 97, bid_size => 1, ask_size => 1);
select results_eq($$ select limit_price::numeric, status::text from orders order by order_number desc limit 3 $$,
  $$ values (96.0, 'OPEN'), (98::numeric, 'FILLED'), (97, 'FILLED') $$, 'a quote fills what it reaches');
select tests.act_as('bob', 'paper');
select is(pg_temp.newest(), 'FILLED 97', 'for everybody: paper users don''t compete');
select is((select count(*) from executions), 1::bigint, 'and once');
select tests.quote('AAPL', 96, 97);
select is((select count(*) from executions), 1::bigint, 'the next quote fills nothing that is filled');

-- Late quotes and other feeds move nothing.
select place_order('AAPL', 'buy', 1, 'limit', 90, time_in_force => 'GTC') is not null;
select tests.quote('AAPL', 80, 81, at => '2026-03-02 14:00+00');
select is(pg_temp.newest(), 'OPEN ', 'rule 23: a late quote fills nothing');
select tests.quote('MSFT', 80, 81);
select is(pg_temp.newest(), 'OPEN ', 'nor does another symbol''s');
select tests.quote('AAPL', 80, 81, feed => 'realtime', at => clock_timestamp());
select is(pg_temp.newest(), 'OPEN ', 'nor another feed''s');

-- Of a batch each quote counts, in order.
select tests.act_as_installer();
select shared_data.record_quotes(array[
  ('AAPL', 89, 91, null, null, '2026-03-03 15:00+00', null, null), ('AAPL', 88, 89, null, null, '2026-03-03 15:00:01+00', null, null),
  ('AAPL', 99, 101, null, null, '2026-03-03 15:00:02+00', null, null)]::shared_data.quote[], 'tape') = 3;
select tests.act_as('bob', 'paper');
select is(pg_temp.newest(), 'FILLED 90', 'a price that came and went within a batch filled it');
select is((select executed_at from executions order by seq desc limit 1), timestamptz '2026-03-03 15:00:01+00',
  'at that quote''s time');
select is_empty('select * from verify_portfolios() where not (chain_intact and rebuilt_equals_stored)',
  'the book is whole');

select tests.act_as_installer();
select finish();
rollback;
