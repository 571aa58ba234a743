-- Every sync compares the book with the account: what differs is a row, real once it is seen twice, closed when both agree
-- or when its user accepts what the broker says. A large one halts what increases that portfolio, and nothing else.
begin;
select plan(74);

select tests.set_stage();
select shared_data.add_instrument('BTCUSD', 'crypto', 'USD', base_currency => 'BTC', size_decimals => 8) is not null;
select tests.open_at_broker('alice', cash => '{"USD": {"amount": "10000", "buying_power": "10000"}}', holdings => '{"AAPL": {"quantity": "10", "cost": "1000"}}', equity => 11000),
       tests.open_at_broker('bob', cash => '{"USD": {"amount": "10000", "buying_power": "10000"}}');
select tests.quote('AAPL', 99, 101, 100), tests.quote('MSFT', 49, 51, 50);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.synced(usd numeric, aapl numeric, more jsonb default '{}', strangers text[] default '{}', equity numeric default 11000) returns text language sql as $$
  select tests.act_as_worker('alice');
  select string_agg(format('%s %s %s %s:%s %s', d.kind, d.key, d.severity, trim_scale(d.in_book), trim_scale(d.at_broker), d.times_seen), ', ' order by d.kind, d.key)
  from report_account('w1', 'tradier', 'VA1', jsonb_build_object('USD', jsonb_build_object('amount', usd::text, 'buying_power', usd::text)),
    case when aapl <> 0 then jsonb_build_object('AAPL', jsonb_build_object('quantity', aapl::text, 'cost', '1')) else '{}' end || more, synced.strangers, synced.equity, 'USD') as d;
$$;
create function pg_temp.all_differences() returns table (kind text, key text, state text, times_seen integer, reason text) language sql security definer as $$
  select d.kind, d.key, d.state, d.times_seen, d.reason from reconciliation_differences as d order by d.difference_id
$$;
create function pg_temp.buys() returns text language sql as $$
  select tests.act_as('alice', 'live');
  select concat_ws(' ', status, reject_reason) from place_order('MSFT', 'buy', 1, 'limit', 50);
$$;

create function pg_temp.accepts(kind text, amount numeric) returns text language plpgsql as $$
begin
  perform tests.act_as('alice', 'live');
  perform pg_temp.synced((select b.amount from balances as b where b.currency = 'USD') + accepts.amount, 10), tests.act_as('alice', 'live');
  perform accept_difference(d.difference_id, 'x', accepts.kind) from reconciliation_differences as d where d.state = 'OPEN';
  return (select l.kind || ' ' || l.amount from ledger_entries as l order by l.seq desc limit 1);
end
$$;

-- Agreeing.
select is(pg_temp.synced(10000, 10), null, 'as it was opened, both agree');
select tests.act_as('alice', 'live');
select results_eq('select synced_at = now(), equity, cash -> ''USD'' ->> ''amount'', last_error from identity.broker_accounts', $$ values (true, 11000::numeric, '10000', null::text) $$, 'what was told is kept');

-- Money: how bad it is, by what the account is worth; real when it is seen twice.
select is(pg_temp.synced(10005, 10), 'cash USD LOW 10000:10005 1', 'less than a thousandth is low');
select is(pg_temp.synced(10000, 10), null, 'gone by the next sync');
select results_eq('select * from pg_temp.all_differences()', $$ values ('cash', 'USD', 'AGREED', 1, null::text) $$, 'it stays known');
select is_empty('select * from tests.alarms()', 'and was no alarm: a fill may have been on its way');
select is(pg_temp.synced(10020, 10), 'cash USD MEDIUM 10000:10020 1', 'less than a hundredth is medium');
select is(pg_temp.synced(10500, 10), 'cash USD HIGH 10000:10500 1', 'more is high; another one is seen anew');
select is(pg_temp.buys(), 'PENDING', 'seen once, it halts nothing');
select is(pg_temp.synced(10500, 10), 'cash USD HIGH 10000:10500 2', 'seen twice it is real');
select results_eq('select kind, severity from tests.alarms()', $$ values ('difference', 'HIGH') $$, 'and alarmed');
select is(pg_temp.buys() ~ '^REJECTED the portfolio differs', true, 'nothing increases any more');
select tests.act_as('alice', 'live');
select is((select status::text from place_order('AAPL', 'sell', 1, 'limit', 120)), 'PENDING', 'what reduces does');
select is((select count(*) from cancel_all()), 2::bigint, 'and cancels');
select is((select status::text from close_trade((select trade_id from trades where symbol = 'AAPL'), 1)), 'PENDING', 'and closing');
select is((select count(*) from cancel_all()), 1::bigint, 'which is taken back here');
select is(pg_temp.synced(10500, 10), 'cash USD HIGH 10000:10500 3', 'seen again');
select is((select count(*) from tests.alarms()), 1::bigint, 'it is alarmed once');
select tests.act_as('bob', 'live');
select is((select status::text from place_order('MSFT', 'buy', 1, 'limit', 50)), 'PENDING', 'bob''s portfolio isn''t halted');

-- What is real stays real while it changes, and while the book moves on.
select is(pg_temp.synced(10600, 10), 'cash USD HIGH 10000:10600 4', 'a difference that grows is the same one');
select is(pg_temp.buys() ~ '^REJECTED the portfolio differs', true, 'and halts on');
select tests.act_as_installer();
select results_eq('select count(*) from tests.alarms()', array[1::bigint], 'without another alarm');

-- Accepting.
select tests.act_as('alice', 'live');
select set_config('tests.cash', difference_id::text, true) from reconciliation_differences where state = 'OPEN';
select throws_ok(format('select accept_difference(pg_temp.noted(''cash'')::uuid, %s)', terms), 'TB400', null, 'refused: ' || terms)
from unnest(array['null', '''  ''', '''x'', ''gift''', '''x'', null', '''x'', ''withdrawal''']) as wrong (terms);
select throws_ok($$ select accept_difference(gen_random_uuid(), 'x') $$, 'TB404', null, 'one that there is');
select tests.act_as('bob', 'live');
select throws_ok($$ select accept_difference(pg_temp.noted('cash')::uuid, 'mine') $$, 'TB404', null, 'bob can''t accept hers');
select is_empty('select * from reconciliation_differences', 'nor sees it');
select tests.act_as_worker('alice');
select throws_ok($$ select accept_difference(pg_temp.noted('cash')::uuid, 'x') $$, '42501', null, 'nor does a worker');
select tests.act_as('alice', 'live');
select results_eq($$ select state, reason from accept_difference(pg_temp.noted('cash')::uuid, 'my salary', 'deposit') $$, $$ values ('ACCEPTED', 'my salary') $$, 'its user says what it was');
select results_eq('select kind, amount::numeric, note from ledger_entries order by seq desc limit 1', $$ values ('deposit', 600::numeric, 'my salary') $$, 'which is booked so');
select is((select amount::numeric from balances where currency = 'USD'), 10600::numeric, 'and then both agree');
select throws_ok($$ select accept_difference(pg_temp.noted('cash')::uuid, 'again') $$, 'TB422', null, 'once');
select is(pg_temp.synced(10600, 10), null, 'so says the next sync');
select is(pg_temp.buys(), 'PENDING', 'and the portfolio goes on');
select tests.act_as('alice', 'live');
select results_eq($$ select actor, details ->> 'reason' from audit_log where operation = 'difference_accepted' $$, $$ values ('alice', 'my salary') $$, 'who accepted it, and why, is kept');
select count(*) from cancel_all();

select is(pg_temp.accepts(kind, amount), format('%s %s', kind, amount), 'accepted as ' || kind)
from (values ('withdrawal', -50), ('dividend', 7), ('interest', 3), ('fee', -2), ('adjustment', 1)) as k (kind, amount);

-- Positions: never low; with the other sign it is critical. What the book holds and the broker doesn't, and the reverse.
select is(pg_temp.synced(10559, 12, '{"MSFT": {"quantity": "-2", "cost": "-100"}}'), 'position AAPL HIGH 10:12 1, position MSFT HIGH 0:-2 1', 'positions are compared by symbol');
select is(pg_temp.synced(10559, -10), 'position AAPL CRITICAL 10:-10 1', 'the other way round is critical');
select is(pg_temp.synced(10559, 12, '{"BTCUSD": {"quantity": "1", "cost": "1"}, "NEVERSEEN": {"quantity": "3", "cost": "1"}}'), 'position AAPL HIGH 10:12 1, position BTCUSD HIGH 0:1 1, position NEVERSEEN HIGH 0:3 1', 'of coins and of what nobody knows too');

-- In flight: a symbol whose order is on its way isn't compared, and what was open of it stays so.
select is(pg_temp.synced(10559, 12), 'position AAPL HIGH 10:12 2', 'seen twice');
select tests.act_as('alice', 'live');
select set_config('tests.sale', (place_order('AAPL', 'sell', 1, 'limit', 100)).order_id, true);
select is(pg_temp.synced(10559, 12), 'position AAPL HIGH 10:12 3', 'what hasn''t left is compared');
select tests.act_as_worker('alice');
select begin_sending('w1', tests.client_id(pg_temp.noted('sale')));
select is(pg_temp.synced(10559, 11), 'position AAPL HIGH 10:12 3', 'on its way it isn''t, and the difference stays open');
select is(pg_temp.buys() ~ '^REJECTED the portfolio differs', true, 'and halts');
select tests.act_as_worker('alice');
select finish_sending('w1', tests.client_id(pg_temp.noted('sale')), 'placed', broker_order_id => 's1');
select is(pg_temp.synced(10559, 10), 'position AAPL HIGH 10:12 3', 'nor while it isn''t read back');
select is((select count(*) from tests.alarms() where kind = 'difference'), 2::bigint, 'and isn''t alarmed again');
select is(tests.tell(pg_temp.noted('sale'), 'FILLED', 1, 100), 'FILLED OVER 1', 'it fills');
select is(pg_temp.synced(10659, 11), 'position AAPL HIGH 9:11 4', 'then it is compared again');

-- A quantity is accepted at the market's price, and money is as it was.
select tests.act_as('alice', 'live');
select set_config('tests.aapl', difference_id::text, true) from reconciliation_differences where state = 'OPEN';
select is((select state from accept_difference(pg_temp.noted('aapl')::uuid, 'bought by telephone')), 'ACCEPTED', 'a quantity is accepted');
select results_eq($$ select quantity::numeric, cost::numeric from positions where symbol = 'AAPL' $$, $$ values (11::numeric, 1100::numeric) $$, 'at the mark');
select results_eq($$ select origin::text, reason, status::text from orders order by order_number desc limit 1 $$, $$ values ('external', 'bought by telephone', 'FILLED') $$, 'as an external order');
select is((select amount::numeric from balances where currency = 'USD'), 10659::numeric, 'its money was told as money');
select is(pg_temp.synced(10659, 11), null, 'both agree');
select is(pg_temp.synced(10659, 0), 'position AAPL HIGH 11:0 1', 'all of it gone');
select tests.act_as('alice', 'live');
select set_config('tests.gone', difference_id::text, true) from reconciliation_differences where state = 'OPEN';
select is((select state from accept_difference(pg_temp.noted('gone')::uuid, 'moved to another account')), 'ACCEPTED', 'is accepted too');
select results_eq($$ select quantity::numeric from positions where symbol = 'AAPL' $$, array[0::numeric], 'it isn''t here any more');
select is((select count(*) from trades where closed_at is null), 0::bigint, 'its trade is over');
select is(pg_temp.synced(10659, 0, '{"SAP": {"quantity": "3", "cost": "1"}}'), 'position SAP HIGH 0:3 1', 'what nothing marks');
select tests.act_as('alice', 'live');
select throws_ok($$ select accept_difference((select difference_id from reconciliation_differences where state = 'OPEN'), 'x') $$, 'TB503', null, 'isn''t accepted without a price');

-- Orders that nobody here placed.
select is(pg_temp.synced(10659, 0, strangers => '{s9,s8}'), 'order s8 MEDIUM 0:1 1, order s9 MEDIUM 0:1 1', 'an order of nobody''s here is a difference');
select is(pg_temp.synced(10659, 0, strangers => '{s8}'), 'order s8 MEDIUM 0:1 2', 'until it is gone');
select is(pg_temp.buys(), 'PENDING', 'it halts nothing');
select tests.act_as('alice', 'live');
select is((select state from accept_difference((select difference_id from reconciliation_differences where state = 'OPEN'), 'mine')), 'ACCEPTED', 'it may be noted');

-- Without its worth nobody can say that it is little.
select is(pg_temp.synced(10660, 0, equity => null), 'cash USD HIGH 10659:10660 1', 'of an account of unknown worth any difference is high');
select is(pg_temp.synced(10659, 0), null, 'and gone');

select tests.act_as_installer();
select is((select count(*) from reconciliation_differences where username = 'bob'), 0::bigint, 'bob has none of it');
select is_empty('select * from differences()', 'the book is whole');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'and its chain');
select finish();
rollback;
