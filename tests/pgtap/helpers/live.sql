-- Live portfolios at a broker, with no network in between: a test plays the broker by the worker's own verbs.

-- Somebody's account, with every yes that there is, held by worker w1, and a portfolio on the tape that opened from what
-- the account has. The account was read a minute ago. Whoever acts, acts on.
create function tests.open_at_broker(
    person text, cash jsonb default '{"USD": {"amount": "100000", "buying_power": "100000"}}', holdings jsonb default '{}',
    account text default 'VA1', name text default 'main', equity numeric default 100000)
  returns void
  language plpgsql
  security definer
as $$
declare
  before constant text := current_setting('app.current_user', true);
begin
  update identity.modes as m set (active_mode, is_live_allowed) = ('live', true) where m.username = open_at_broker.person;
  insert into identity.broker_accounts (username, broker, account, environment, credentials, cash, holdings, equity, synced_at, leased_by, leased_until)
  values (person, 'tradier', open_at_broker.account, 'sandbox', 'gAAAAAx', open_at_broker.cash, open_at_broker.holdings, open_at_broker.equity,
          now() - interval '1 minute', 'w1', clock_timestamp() + interval '1 hour');
  perform set_config('app.current_user', person, true);
  perform open_portfolio(open_at_broker.name, feed => 'tape', broker => 'tradier', account => open_at_broker.account, allow_short => true);
  perform set_config('app.current_user', before, true), set_config('app.confirm_live_trade', 'true', true);
end
$$;

-- What an order is known by at the broker: the newest piece of it.
create function tests.client_id(order_id text)
  returns uuid
  language sql
  security definer
as $$
  select s.client_id from order_outbox as s where s.order_id = client_id.order_id order by s.created_at desc, s.over_at desc nulls first limit 1
$$;

-- How an order and its newest piece stand: status, pending action, the piece's state, the total filled.
create function tests.stands(order_id text)
  returns text
  language sql
  security definer
as $$
  select concat_ws(' ', o.status, nullif(o.pending_action, 'none'), s.state, nullif(trim_scale(o.filled_quantity), 0))
  from orders as o
  left join order_outbox as s on s.client_id = tests.client_id(o.order_id)
  where o.order_id = stands.order_id
$$;

-- The worker sends an order's newest piece, and the broker takes it under this id.
create function tests.send(order_id text, broker_order_id text)
  returns text
  language plpgsql
as $$
begin
  perform begin_sending('w1', tests.client_id(send.order_id));
  perform finish_sending('w1', tests.client_id(send.order_id), 'placed', broker_order_id => send.broker_order_id, broker_status => 'ok');
  return tests.stands(send.order_id);
end
$$;

-- The broker tells how an order stands, which the worker passes on.
create function tests.tell(order_id text, status text, filled numeric default 0, average numeric default null, fills jsonb default null,
                           fee numeric default null, reason text default null)
  returns text
  language plpgsql
as $$
begin
  perform report_order('w1', tests.client_id(tell.order_id), tell.status, lower(tell.status), true, tell.filled, tell.average, tell.fee,
                       tell.reason, tell.fills);
  return tests.stands(tell.order_id);
end
$$;

-- The alarms of a portfolio's life so far, in words.
create function tests.alarms()
  returns table (kind text, severity text)
  language sql
  security definer
as $$
  select a.kind, a.severity from alarms as a order by a.alarm_id
$$;

-- A while passes: what a worker was to look at later is due, and a lease that stood still is over.
create function tests.wait_a_while()
  returns void
  language sql
  security definer
as $$
  update live_trading.order_outbox set not_before = now() where not_before > now();
  update identity.broker_accounts set leased_until = now() where last_error is not null;
$$;
