-- Every move of every trade, from the audit log: what caused it, and who. A purged trade's are shown no more.

create view state_transitions
  with (security_invoker = true)
as
with told as (
  select a.username, a.portfolio_id, a.seq, a.details ->> 'trade_id' as trade_id, a.details -> 'moves' as moves,
         a.operation, a.actor, a.details, a.occurred_at
  from audit_log as a
  where a.details ? 'moves'
  union all
  select a.username, a.portfolio_id, a.seq, a.details ->> 'next_trade_id', a.details -> 'next_moves',
         a.operation, a.actor, a.details, a.occurred_at
  from audit_log as a
  where a.details ? 'next_moves'
)
select w.username, w.portfolio_id, w.trade_id, w.seq, place::smallint as part,
       w.moves ->> (place - 1) as from_status, w.moves ->> place as to_status,
       w.operation as cause, w.actor, w.details ->> 'order_id' as order_id, w.details ->> 'reason' as reason,
       w.occurred_at
from told as w
join trades using (username, trade_id)
cross join generate_series(1, jsonb_array_length(w.moves) - 1) as place;

comment on view state_transitions is 'Every move of every trade, in order, with its cause and its actor.';
comment on column state_transitions.seq         is 'The event of the audit log that tells it; part counts where one event moves a trade on by several.';
comment on column state_transitions.from_status is 'Null where the trade begins.';
comment on column state_transitions.cause       is 'The operation that the event tells.';
comment on column state_transitions.actor       is 'The user, the venue, or who acted for them.';
select let_traders_read('state_transitions');
