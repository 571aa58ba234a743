-- The stage that most stories stand on: people, instruments, and the shared feed tape, whose clock only its quotes turn.
create function tests.set_stage() returns void language plpgsql as $$
begin
  perform identity.register_user('alice', 'alice@example.com');
  perform identity.register_user('bob', 'bob@example.com');
  perform shared_data.add_instrument('AAPL', 'equity', 'USD');
  perform shared_data.add_instrument('MSFT', 'equity', 'USD');
  perform shared_data.add_instrument('SAP', 'equity', 'EUR');
  perform shared_data.add_instrument('EURUSD', 'currency', 'USD', base_currency => 'EUR', price_decimals => 5);
  perform shared_data.open_shared_feed('tape');
end
$$;

-- The market speaks, whoever is acting: a quote on a shared feed, a second after the one before unless told otherwise.
create function tests.quote(
    symbol text, bid numeric default null, ask numeric default null, last numeric default null,
    at timestamptz default null, volume numeric default null, bid_size numeric default null,
    ask_size numeric default null, feed text default 'tape')
  returns void
  language sql
  security definer
as $$
  select shared_data.record_quote(
    symbol, bid, ask, last, volume,
    coalesce(at, (select f.newest_at + interval '1 second' from shared_data.feeds as f
                  where (f.username, f.name) = ('market', quote.feed)), '2026-03-02 15:00+00'),
    bid_size, ask_size, feed)
$$;

-- A portfolio of somebody's on the tape, in the book that is set; where that is the live one, his mode is live.
create function tests.open(person text, name text default 'main', balances jsonb default '{"USD": 100000}',
                           allow_short boolean default false)
  returns void
  language plpgsql
  security definer
as $$
declare
  before constant text := current_setting('app.current_user', true);
begin
  if book() = 'live' then
    update identity.modes as m set active_mode = 'live' where m.username = open.person;
  end if;
  perform set_config('app.current_user', tests.says(person, book()), true);
  perform open_portfolio(open.name, feed => 'tape', initial_balances => open.balances, allow_short => open.allow_short);
  perform set_config('app.current_user', before, true);
end
$$;

-- An order that only waits for its venue's word: stored PENDING past the verbs, so that either book can be told of fills.
-- Returns its id.
create function tests.pending(person text, symbol text, side text, quantity numeric, limit_price numeric default 100,
                              strategy text default '', portfolio text default 'main', time_in_force text default 'GTC')
  returns text
  language plpgsql
  security definer
as $$
declare
  home record;
  made text;
begin
  update portfolios as p set order_seq = p.order_seq + 1
  where (p.username, p.name) = (pending.person, pending.portfolio)
  returning p.* into home;

  insert into orders (username, portfolio_id, order_number, symbol, strategy, side, order_type, time_in_force, quantity,
                      limit_price, currency, feed_owner, feed, works_as, effective_number, session)
  select home.username, home.portfolio_id, home.order_seq, pending.symbol, pending.strategy, pending.side, 'limit',
         pending.time_in_force, pending.quantity, pending.limit_price, i.currency, home.feed_owner, home.feed, 'limit', 0, home.session
  from shared_data.instruments as i where i.symbol = pending.symbol
  returning order_id into made;

  perform append_event(o.username, o.portfolio_id, 'order_placed', o.username, order_details(o) || '{"status": "PENDING"}')
  from orders as o
  where (o.username, o.order_id) = (home.username, made);
  return made;
end
$$;

-- The venue tells that an order is open, past its verbs.
create function tests.told_open(person text, order_id text)
  returns void
  language plpgsql
  security definer
as $$
declare
  opened record;
begin
  update orders as o set status = 'OPEN'
  where (o.username, o.order_id) = (told_open.person, told_open.order_id)
  returning o.* into opened;

  perform append_event(opened.username, opened.portfolio_id, 'order_opened', 'venue',
                       jsonb_build_object('order_id', opened.order_id, 'status', 'OPEN'));
  perform rehold(opened.username, opened.portfolio_id, opened.symbol, opened.strategy);
end
$$;

-- The venue tells of a fill of an order, by the one door there is. Returns the order's status.
create function tests.fill(order_id text, quantity numeric, price numeric, fee numeric default 0, fill_id text default null,
                           at timestamptz default '2026-03-02 15:00+00')
  returns text
  language plpgsql
  security definer
as $$
begin
  return (record_execution(
    (select o from orders as o where o.order_id = fill.order_id),
    fill_id      => coalesce(fill.fill_id, gen_random_uuid()::text),
    quantity     => fill.quantity,
    price        => fill.price,
    executed_at  => fill.at,
    price_source => 'broker',
    fee          => fill.fee)).status;
end
$$;

-- A whole trade in one line: an order and its fill. Returns the order's id.
create function tests.trade(person text, symbol text, side text, quantity numeric, price numeric, fee numeric default 0,
                            strategy text default '', portfolio text default 'main',
                            at timestamptz default '2026-03-02 15:00+00')
  returns text
  language plpgsql
  security definer
as $$
declare
  made constant text := tests.pending(trade.person, trade.symbol, trade.side, trade.quantity, trade.price, trade.strategy,
                                      trade.portfolio);
begin
  perform tests.fill(made, trade.quantity, trade.price, trade.fee, at => trade.at);
  return made;
end
$$;

-- What refuses a statement: its code and, where the server names it, the constraint or the guarded table. 'accepted' where
-- nothing does. Whatever the statement did is undone.
create function tests.refusal(statement text)
  returns text
  language plpgsql
as $$
declare
  code  text;
  law   text;
  place text;
begin
  execute statement;
  raise exception using errcode = 'TT000';
exception
  when others then
    get stacked diagnostics code = returned_sqlstate, law = constraint_name, place = table_name;
    return case when code = 'TT000' then 'accepted'
                when code = 'TB001' then code || ' ' || place
                else concat_ws(' ', code, nullif(law, '')) end;
end
$$;

-- How many rows a statement reaches. Whatever it did is undone.
create function tests.reach(statement text)
  returns bigint
  language plpgsql
as $$
declare
  rows bigint;
begin
  begin
    execute statement;
    get diagnostics rows = row_count;
    raise exception using errcode = 'TT000';
  exception
    when sqlstate 'TT000' then return rows;
  end;
end
$$;

-- A statement that inserts a row like the table's first one, but for these fields.
create function tests.row_like(target regclass, change jsonb)
  returns text
  language plpgsql
as $$
declare
  base    jsonb;
  columns text := (
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute as a
    where a.attrelid = row_like.target and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
begin
  execute format('select to_jsonb(t) from %s as t order by t limit 1', target) into base;
  return format('insert into %1$s (%2$s) select %2$s from jsonb_populate_record(null::%1$s, %3$L)',
                target, columns, base || change);
end
$$;

-- The laws of a table: its checks, keys and unique indexes, by name.
create function tests.laws_of(target regclass)
  returns setof text
  language sql
as $$
  select conname::text from pg_constraint where conrelid = target and contype in ('c', 'f', 'p', 'u')
  union
  select relname::text from pg_index as i join pg_class as c on c.oid = i.indexrelid where i.indrelid = target and i.indisunique
$$;

grant execute on all functions in schema tests to public;
