-- An order that increases is paid with what the broker last told, less what it can't have counted yet.
begin;
select plan(23);

select tests.set_stage();
select shared_data.add_instrument('AAPLC100', 'option', 'USD', underlying => 'AAPL', option_type => 'call', strike => 100, expiry => '2026-03-20') is not null;
select tests.open_at_broker('alice', cash => '{"USD": {"amount": "500", "buying_power": "1000", "option_buying_power": "300"}}', holdings => '{"MSFT": {"quantity": "10", "cost": "1000"}}');
select tests.quote('AAPL', 99, 101), tests.quote('MSFT', 99, 101), tests.quote('AAPLC100', 1.9, 2.0), tests.quote('SAP', 9, 10);
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
create function pg_temp.bid(what text, symbol text, quantity numeric, lim numeric) returns text language plpgsql as $$
declare
  made orders;
begin
  perform tests.act_as('alice', 'live');
  made := place_order(bid.symbol, 'buy', bid.quantity, 'limit', lim);
  perform set_config('tests.' || what, made.order_id, true);
  return concat_ws(' ', made.status, made.reject_reason);
end
$$;
create function pg_temp.read_again(power numeric) returns void language sql security definer as $$
  update identity.broker_accounts set synced_at = clock_timestamp(), cash = jsonb_build_object('USD', jsonb_build_object('amount', '500', 'buying_power', power::text, 'option_buying_power', '300'))
$$;

select is(pg_temp.bid('a', 'AAPL', 11, 100), 'REJECTED insufficient buying power: needs 1100 USD, 1000 left at the broker', 'no more than its buying power, which may be more than cash');
select is(pg_temp.bid('a', 'AAPL', 6, 100), 'PENDING', 'what can be paid goes out');
select is(pg_temp.bid('b', 'AAPL', 5, 100), 'REJECTED insufficient buying power: needs 500 USD, 400 left at the broker', 'what hasn''t left counts');
select pg_temp.read_again(1000);
select is(pg_temp.bid('b', 'AAPL', 5, 100), 'REJECTED insufficient buying power: needs 500 USD, 400 left at the broker', 'also when the account is read meanwhile: the broker doesn''t know of it');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('a'), 'b1'), tests.tell(pg_temp.noted('a'), 'OPEN');
select is(pg_temp.bid('b', 'AAPL', 5, 100), 'REJECTED insufficient buying power: needs 500 USD, 400 left at the broker', 'and when it works there since');
select tests.act_as_worker('alice');
select is(tests.tell(pg_temp.noted('a'), 'FILLED', 6, 90), 'FILLED OVER 6', 'it fills, for less');
select is(pg_temp.bid('b', 'AAPL', 5, 100), 'REJECTED insufficient buying power: needs 500 USD, 460 left at the broker', 'what has filled since the account was read counts');
select is(pg_temp.bid('b', 'AAPL', 4, 100), 'PENDING', 'less than that can be paid');
select tests.act_as('alice', 'live');
select is((select status::text from cancel_order(pg_temp.noted('b'))), 'CANCELED', 'what is taken back');
select is(pg_temp.bid('b', 'AAPL', 4, 100), 'PENDING', 'counts no more');
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('b'), 'b2'), tests.tell(pg_temp.noted('b'), 'OPEN');
select pg_temp.read_again(60);
select is(pg_temp.bid('c', 'AAPL', 1, 60), 'PENDING', 'once the account is read, the broker has counted all of it');
select tests.act_as_worker('alice');
select begin_sending('w1', tests.client_id(pg_temp.noted('c'))), finish_sending('w1', tests.client_id(pg_temp.noted('c')), 'refused', 'no');
select is(pg_temp.bid('c', 'AAPL', 1, 60), 'PENDING', 'what it refused costs nothing');
select is(pg_temp.bid('d', 'AAPL', 1, 1), 'REJECTED insufficient buying power: needs 1 USD, 0 left at the broker', 'then there is nothing left');

-- Replacing: an order's own hold is part of what it may cost.
select tests.act_as('alice', 'live');
select is((select pending_action::text from replace_order(pg_temp.noted('b'), 1, limit_price => 99)), 'replace', 'what works there may become less');
select throws_ok($$ select replace_order(pg_temp.noted('c'), 1, limit_price => 61) $$, 'TB422', null, 'and nothing more than there is');
select is((select quantity::numeric from replace_order(pg_temp.noted('c'), 1, limit_price => 59)), 1::numeric, 'what hasn''t left likewise');
select is(pg_temp.bid('d', 'AAPL', 1, 1), 'PENDING', 'which leaves 1');

-- Options and other currencies have their own.
select pg_temp.read_again(1000);
select is(pg_temp.bid('o', 'AAPLC100', 2, 2), 'REJECTED insufficient buying power: needs 400 USD, 240 left at the broker', 'options are paid with what the broker gives for options');
select is(pg_temp.bid('o', 'AAPLC100', 1, 2), 'PENDING', 'by their multiplier');
select is(pg_temp.bid('e', 'SAP', 1, 10), 'REJECTED insufficient buying power: needs 10 EUR, 0 left at the broker', 'a currency that the account hasn''t got pays nothing');

-- What reduces isn't asked.
select pg_temp.read_again(0);
select tests.act_as('alice', 'live');
select is((select status::text from place_order('MSFT', 'sell', 10, 'limit', 90)), 'PENDING', 'selling what is held costs nothing');
select is((select status::text from close_trade((select trade_id from trades where symbol = 'AAPL' and open_quantity > 0))), 'PENDING', 'nor closing');

select tests.act_as_installer();
select is_empty('select * from differences()', 'the book is whole');
select finish();
rollback;
