create trigger orders_are_never_removed
  before delete or truncate on orders
  for each statement
  execute function refuse_change('orders are kept for ever; cancel instead');

create trigger orders_begin_before_they_end
  before insert on orders
  for each row
  when (new.status in ('OPEN', 'CANCELED', 'EXPIRED'))
  execute function refuse_change('an order begins PENDING, REJECTED, or with its first fill');

create trigger orders_terms_are_final
  before update of username, order_id, portfolio_id, order_number, strategy, side, order_type, time_in_force,
                   currency, idempotency_key, request_hash, origin, context, feed_owner, feed, placed_at, created_at,
                   session, purpose, reason, base_currency
  on orders
  for each row
  when ((old.username, old.order_id, old.portfolio_id, old.order_number, old.strategy, old.side,
         old.order_type, old.time_in_force, old.currency, old.idempotency_key, old.request_hash, old.origin,
         old.context, old.feed_owner, old.feed, old.placed_at, old.created_at, old.session, old.purpose, old.reason,
         old.base_currency)
     is distinct from
        (new.username, new.order_id, new.portfolio_id, new.order_number, new.strategy, new.side,
         new.order_type, new.time_in_force, new.currency, new.idempotency_key, new.request_hash, new.origin,
         new.context, new.feed_owner, new.feed, new.placed_at, new.created_at, new.session, new.purpose, new.reason,
         new.base_currency))
  execute function refuse_change('only an order''s progress may move');

create trigger orders_symbol_changes_by_action
  before update of symbol, action_number on orders
  for each row
  when (new.action_number < old.action_number or (new.symbol <> old.symbol and new.action_number = old.action_number))
  execute function refuse_change('a symbol changes by a corporate action only');

create trigger orders_terms_change_by_replacing
  before update of quantity, limit_price, stop_price on orders
  for each row
  when ((old.quantity, old.limit_price, old.stop_price) is distinct from (new.quantity, new.limit_price, new.stop_price)
        and new.version <> old.version + 1
        and new.purpose not in ('stop_loss', 'take_profit')
        and new.action_number = old.action_number)
  execute function refuse_change('quantity and prices change by replace_order only, which counts the version up');

create trigger orders_fills_only_add_up
  before update of filled_quantity, version on orders
  for each row
  when (new.filled_quantity < old.filled_quantity or new.version < old.version)
  execute function refuse_change('what was filled stays filled');

create trigger orders_moves_are_allowed
  before update of status on orders
  for each row
  when (new.status <> old.status)
  execute function allow_order_move();

create trigger order_transitions_are_rules
  before update or delete or truncate on order_transitions
  for each statement
  execute function refuse_change('the moves of an order are rules, not data');
