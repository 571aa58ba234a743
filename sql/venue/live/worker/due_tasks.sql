-- What a worker is to do for an account now: first what protects (finding what may have landed, cancels), then what
-- is new. What closes a trade waits until the broker no longer has exits for that quantity, nor orders that it takes
-- the place of. Raises TB403 the lease is over.

create function due_tasks(worker text, broker text, account text)
  returns setof broker_task
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held constant identity.broker_accounts := leased_account(worker, broker, account);
begin
  return query
  with waiting as (
    select s.*, o.symbol, o.trade_id, o.purpose, i.asset_class,
           case o.time_in_force when 'DAY' then coalesce(o.expires_at, day_end_of(o)) end as expires_at,
           case when s.state in ('SENDING', 'HELD')                            then 'find'
                when s.state = 'QUEUED'                                        then 'place'
                when s.is_unwanted                                             then 'cancel'
                when s.change_state = 'ASKED' and s.state = 'WORKING'          then 'replace'
                else 'read' end as action
    from order_outbox as s
    join orders as o using (username, order_id)
    join shared_data.instruments as i on i.symbol = o.symbol
    where (s.username, s.broker, s.account) = (held.username, held.broker, held.account)
      and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
      and s.not_before <= now()
  )
  select w.action, w.client_id, w.order_id::text, w.broker_order_id, broker_symbol_of(w.broker, w.symbol),
         w.asset_class, w.side::text, w.effect, w.order_type::text, w.time_in_force::text, w.quantity::numeric,
         w.limit_price::numeric, w.stop_price::numeric, w.new_quantity::numeric, w.new_limit_price::numeric,
         w.new_stop_price::numeric, w.expires_at, w.state, w.broker_status, w.filled_quantity::numeric, w.attempts,
         w.sending_at
  from waiting as w
  where w.action <> 'place' or w.purpose <> 'close' or not exists (
    select
    from order_outbox as e
    join orders as x using (username, order_id)
    join trades as t on (t.username, t.trade_id) = (x.username, x.trade_id)
    where (x.username, x.trade_id) = (w.username, w.trade_id)
      and (x.purpose in ('stop_loss', 'take_profit') or (e.is_unwanted and e.effect = 'close'))
      and e.state in ('SENDING', 'PLACED', 'WORKING', 'HELD')
    group by t.open_quantity
    having sum(e.quantity - e.filled_quantity) > t.open_quantity - w.quantity)
  order by array_position(array['find', 'cancel', 'read', 'replace', 'place'], w.action), w.created_at, w.client_id;
end
$$;

comment on function due_tasks is 'What a worker is to do for an account now. For the broker worker''s role.';
select let_only('due_tasks', 'twinbook_broker');
