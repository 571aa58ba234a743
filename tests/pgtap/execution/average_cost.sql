-- Rule 4: profit by average cost, in the order of arrival, long and short; gross, fees apart.
begin;
select plan(18);

select tests.set_stage();
select tests.open('alice');

create function pg_temp.state() returns text language sql as $$
  select format('%s @ %s, realized %s, fees %s', plain(quantity), plain(round(average_price, 4)), plain(realized_pnl), plain(fees)) from positions
$$;

create temporary table story (n integer, side text, quantity numeric, price numeric, fee numeric, then_it_is text);
insert into story values
  (1, 'buy', 10, 100, 1, '10 @ 100, realized 0, fees 1'),
  (2, 'buy', 30, 120, 1, '40 @ 115, realized 0, fees 2'),
  (3, 'sell', 20, 125, 1, '20 @ 115, realized 200, fees 3'),
  (4, 'sell', 5, 100, 1, '15 @ 115, realized 125, fees 4'),
  (5, 'sell', 15, 115, 1, '0 @ , realized 125, fees 5'),
  (6, 'sell', 10, 50, 0, '-10 @ 50, realized 125, fees 5'),
  (7, 'sell', 10, 60, 0, '-20 @ 55, realized 125, fees 5'),
  (8, 'buy', 5, 45, 0, '-15 @ 55, realized 175, fees 5'),
  (9, 'buy', 15, 65, 0, '0 @ , realized 25, fees 5');

create function pg_temp.told() returns setof text language plpgsql as $$
declare
  s story;
begin
  for s in select * from story order by n loop
    perform tests.trade('alice', 'AAPL', s.side, s.quantity, s.price, s.fee);
    return query select is(pg_temp.state(), s.then_it_is, format('%s. %s %s at %s', s.n, s.side, s.quantity, s.price));
  end loop;
end
$$;
select pg_temp.told();

select results_eq('select realized_pnl::numeric from executions order by seq', array[0, 0, 200, -75, 0, 0, 0, 50, -150]::numeric[],
  'each execution tells what it realized, gross, losses below zero');
select is((select count(distinct trade_id) from executions), 2::bigint,
  'rule 1: two lives from flat to flat are two trades');
select is((select amount::numeric from balances), 100000 + 25 - 5::numeric,
  'all of it is in the cash: profit less fees');
select is((select trade_id from positions), null, 'a flat position belongs to no trade');
select is((select opened_at from positions), null, 'and was opened at no time');

-- A third of a thing has no exact cost: what is left over goes with the last of it.
select tests.trade('alice', 'MSFT', 'buy', 3, 10) is not null, tests.trade('alice', 'MSFT', 'buy', 4, 11) is not null;
select tests.trade('alice', 'MSFT', 'sell', 1, 12) is not null, tests.trade('alice', 'MSFT', 'sell', 1, 12) is not null, tests.trade('alice', 'MSFT', 'sell', 5, 12) is not null;
select results_eq($$ select quantity::numeric, cost::numeric, round(realized_pnl, 10) from positions where symbol = 'MSFT' $$,
  $$ values (0::numeric, 0::numeric, 10.0000000000) $$, 'after the last no cost remains, and the profits add up');

-- Of next to nothing a part costs nothing, so that what stays keeps a cost; of very much what stays costs what it did.
select shared_data.add_instrument('DUST', 'equity', 'USD', price_decimals => 8, size_decimals => 8) is not null;
select tests.trade('alice', 'DUST', 'buy', 0.00009, 0.00000001) is not null, tests.trade('alice', 'DUST', 'sell', 0.00008, 0.00000001) is not null;
select results_eq($$ select quantity::numeric, cost::numeric from positions where symbol = 'DUST' $$, $$ values (0.00001, 0.0000000000009) $$, 'dust is reckoned');
select tests.trade('alice', 'SAP', 'buy', 1e18, 0.01) is not null, tests.trade('alice', 'SAP', 'sell', 1e18 - 1, 0.01) is not null;
select results_eq($$ select quantity::numeric, cost::numeric from positions where symbol = 'SAP' $$, $$ values (1::numeric, 0.01) $$, 'so is a mountain');
select is_empty('select * from differences()', 'and state is what the facts say');

select finish();
rollback;
