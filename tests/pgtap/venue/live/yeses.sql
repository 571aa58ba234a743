-- More than one yes: an order that increases exposure goes out only with all of them, in every combination; without one it
-- is a stored REJECTED with that one's code and reason, and an event. What reduces goes out in every combination.
begin;
select plan(268);

select tests.set_stage();
select shared_data.add_instrument('GOOG', 'equity', 'USD') is not null;
select tests.open_at_broker('alice', holdings => '{"AAPL": {"quantity": "10", "cost": "1000"}}');
select tests.quote('AAPL', 99, 101), tests.quote('GOOG', 99, 101);

-- She holds AAPL, whose stop loss is to rest at the broker; two orders of hers work there, one hasn't left.
create function pg_temp.note(what text, value text) returns text language sql as $$ select set_config('tests.' || what, value, true) $$;
create function pg_temp.noted(what text) returns text language sql as $$ select current_setting('tests.' || what) $$;
select tests.act_as('alice', 'live');
select pg_temp.note('trade', trade_id) from trades;
select adjust_trade(pg_temp.noted('trade'), 1, stop_loss => 80) is not null;
select pg_temp.note('working', (place_order('AAPL', 'buy', 1, 'limit', 50)).order_id);
select pg_temp.note('other', (place_order('AAPL', 'buy', 1, 'limit', 49)).order_id);
select tests.act_as_worker('alice');
select tests.send(pg_temp.noted('working'), 'b1'), tests.tell(pg_temp.noted('working'), 'OPEN'), tests.send(pg_temp.noted('other'), 'b2'), tests.tell(pg_temp.noted('other'), 'OPEN');
select tests.act_as('alice', 'live');
select pg_temp.note('queued', (place_order('AAPL', 'buy', 1, 'limit', 51)).order_id);
select is(tests.stands(pg_temp.noted('working')) || ', ' || tests.stands(pg_temp.noted('queued')), 'OPEN WORKING, PENDING QUEUED', 'the stage is set with every yes');

select tests.act_as_installer();
create temporary table outcomes (allowed boolean, is_live boolean, active boolean, running boolean, confirmed boolean, fresh boolean, facts jsonb);
grant all on outcomes to public;

create function pg_temp.code_of(statement text) returns text language plpgsql as $$
begin
  execute statement;
  return 'done';
exception when others then
  return sqlstate;
end
$$;

-- An order, and all that came of it: status, reason, pieces for the broker, rejections in the log.
create function pg_temp.tried(symbol text, side text, quantity numeric, type text default 'market', lim numeric default null) returns jsonb language plpgsql as $$
declare
  made orders := place_order(tried.symbol, tried.side, tried.quantity, type, lim);
begin
  return jsonb_build_array(made.status, made.reject_reason,
    (select string_agg(s.state || ' ' || s.effect, ', ') from order_outbox as s where s.order_id = made.order_id),
    (select count(*) from audit_log as a where a.operation = 'order_rejected' and a.details ->> 'order_id' = made.order_id),
    made.held_amount > 0);
end
$$;

-- A person's verbs with some of the yeses, and then the worker's; nothing of it stays but what was seen.
create function pg_temp.under(allowed boolean, is_live boolean, active boolean, running boolean, confirmed boolean, fresh boolean) returns jsonb language plpgsql as $$
declare
  seen   jsonb := '{}';
  closer orders;
  exits  uuid;
begin
  perform tests.act_as_installer();
  update identity.modes as m set (is_live_allowed, active_mode) = (under.allowed, case when is_live then 'live' else 'paper' end) where m.username = 'alice';
  update identity.broker_accounts as b set (is_active, synced_at) = (active, now() - case when fresh then interval '1 minute' else '16 minutes' end) where b.username = 'alice';
  if not running then perform oversight.halt_live_trading('a storm'); end if;
  perform set_config('app.confirm_live_trade', case when confirmed then 'true' else 'yes' end, true);

  perform tests.act_as('alice', 'live');
  seen := seen || jsonb_build_object(
    'buys', pg_temp.tried('AAPL', 'buy', 1), 'bids', pg_temp.tried('AAPL', 'buy', 1, 'limit', 60), 'shorts', pg_temp.tried('GOOG', 'sell', 1),
    'replaces', pg_temp.code_of(format('select replace_order(%L, 1, quantity => 2)', pg_temp.noted('working'))),
    'sells', pg_temp.tried('AAPL', 'sell', 2), 'offers', pg_temp.tried('AAPL', 'sell', 1, 'limit', 150),
    'adjusts', pg_temp.code_of(format('select adjust_trade(%L, 2, stop_loss => 81)', pg_temp.noted('trade'))));

  -- What stands at the broker for her, and what she takes back.
  perform tests.act_as_worker('alice');
  perform plan_exits('w1', 'tradier', 'VA1');
  exits := (select t.client_id from due_tasks('w1', 'tradier', 'VA1') as t where t.action = 'place' and t.stop_price = 81);
  seen := seen || jsonb_build_object(
    'exit leaves', begin_sending('w1', exits),
    'queued leaves', (select begin_sending('w1', tests.client_id(pg_temp.noted('queued')))));

  perform tests.act_as('alice', 'live');
  seen := seen || jsonb_build_object('closes', (select jsonb_build_array(c.status, tests.stands(c.order_id)) from close_trade(pg_temp.noted('trade'), 3) as c));
  perform cancel_order(pg_temp.noted('other'));
  seen := seen || jsonb_build_object('cancels', tests.stands(pg_temp.noted('other')),
    'in paper', (select jsonb_build_array(s.active_mode, s.open_orders > 3, s.open_positions) from identity.switch_mode('paper') as s),
    'flattens', (select jsonb_agg(jsonb_build_array(f.status, f.quantity, tests.stands(f.order_id))) from flatten() as f));

  perform tests.act_as_installer();
  seen := seen || jsonb_build_object(
    'effects', (select jsonb_object_agg(x.effect, x.number) from (
                  select s.effect, count(*) as number from order_outbox as s where s.over_at is null and s.effect = 'open' and not s.is_unwanted group by s.effect) as x),
    'events', (select count(*) from oversight.security_events as e where e.username = 'alice'),
    'whole', (select bool_and(v.chain_intact and v.rebuilt_equals_stored) from verify() as v));
  raise exception using errcode = 'TT000', message = seen::text;
exception when sqlstate 'TT000' then
  perform tests.act_as_installer();
  return sqlerrm::jsonb;
end
$$;

insert into outcomes
select a, m, b, r, c, f, pg_temp.under(a, m, b, r, c, f)
from unnest(array[true, false]) as a, unnest(array[true, false]) as m, unnest(array[true, false]) as b,
     unnest(array[true, false]) as r, unnest(array[true, false]) as c, unnest(array[true, false]) as f;

create temporary table named as
select *, concat_ws(' ', 'allowed', allowed::text, 'live', is_live::text, 'account', active::text, 'running', running::text, 'confirmed', confirmed::text, 'fresh', fresh::text) as title,
       case when not is_live   then '^TB403: the mode is paper'
            when not running   then '^TB403: live trading is halted: a storm$'
            when not allowed   then '^TB403: no administrator has allowed you'
            when not active    then '^TB403: account VA1 at tradier is inactive'
            when not confirmed then '^TB428: this live order isn''t confirmed'
            when not fresh     then '^the account was last read at ' end as missing
from outcomes;

select is(count(*), 64::bigint, 'every combination of six yeses') from named;
select ok(bool_and(case when missing is null then o.order = '["PENDING", null, "QUEUED open", 0, true]'
                        else o.order ->> 0 = 'REJECTED' and o.order ->> 1 ~ missing and o.order ->> 2 is null and o.order -> 3 = '1' and o.order -> 4 = 'false' end),
          case when missing is null then 'goes out: ' else 'stays here: ' end || title)
from named, lateral (values (facts -> 'buys'), (facts -> 'bids'), (facts -> 'shorts')) as o ("order") group by title, missing order by title;
select is(facts ->> 'replaces', case when not (running and allowed and active) then 'TB403' when not confirmed then 'TB428' when not fresh then 'TB422' else 'done' end, 'more of what works there: ' || title) from named order by title;
select is(facts - array['buys', 'bids', 'shorts', 'replaces', 'queued leaves', 'events', 'effects'], '{
  "sells": ["PENDING", null, "QUEUED close", 0, false], "offers": ["PENDING", null, "QUEUED close", 0, false], "adjusts": "done", "exit leaves": true,
  "closes": ["PENDING", "PENDING QUEUED"], "cancels": "OPEN cancel WORKING", "in paper": ["paper", true, 1], "flattens": [["PENDING", 10, "PENDING QUEUED"]], "whole": true}',
  'what reduces goes out: ' || title) from named order by title;
select is(facts -> 'queued leaves', to_jsonb(allowed and active and running), 'what hasn''t left leaves only with the yeses that can be withdrawn: ' || title) from named order by title;
select is_empty($$ select title from named where (facts -> 'events')::integer <> case when is_live then 0 else 3 end $$, 'the mode is a security event, the others aren''t');
select is_empty($$ select title from named where facts ->> 'effects' is not null $$, 'after flatten nothing that increases is to go out, or to stay there');
select is((select jsonb_agg(distinct o.order ->> 1 ~ missing) from named, lateral (values (facts -> 'sells'), (facts -> 'offers')) as o ("order")), '[null]'::jsonb, 'reducing is never asked');

-- No broker, no role.
select tests.act_as('alice', 'live');
select set_config('app.confirm_live_trade', 'true', true);
select open_portfolio('dry', feed => 'tape', initial_balances => '{"USD": 100000}') is not null;
select is((select concat_ws(' ', status, reject_reason) from place_order('GOOG', 'buy', 1, portfolio => 'dry')), 'REJECTED live trading isn''t enabled: the portfolio has no broker', 'no broker is bound');
select is((select count(*) from order_outbox join portfolios using (username, portfolio_id) where name = 'dry'), 0::bigint, 'nothing of it is to be sent');
select is((select status::text from place_order('GOOG', 'buy', 1, portfolio => 'main')), 'PENDING', 'where one is, it goes out');
select tests.act_as('alice', 'paper');
select throws_ok($$ select live_trading.place_order('GOOG', 'buy', 1) $$, '42501', null, 'a login of paper has no such verb');
select tests.act_as_worker('alice');
select throws_ok($$ select place_order('GOOG', 'buy', 1) $$, '42501', null, 'nor a worker''s');
select set_config('app.confirm_live_trade', '', true);
select tests.act_as('alice', 'live');
select is((select reject_reason ~ '^TB428' from place_order('GOOG', 'buy', 1, portfolio => 'main')), true, 'the confirmation is for one transaction');
select set_config('app.confirm_live_trade', 'true', true);

-- An account that was never read, and a portfolio that differs from it.
select tests.act_as_installer();
update identity.broker_accounts set synced_at = null;
select tests.act_as('alice', 'live');
select is((select reject_reason ~ 'last read never' from place_order('GOOG', 'buy', 1, portfolio => 'main')), true, 'an account that was never read');

select tests.act_as_installer();
select finish();
rollback;
