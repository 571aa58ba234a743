create trigger order_outbox_is_never_emptied
  before delete or truncate on order_outbox
  for each statement
  execute function refuse_change('what was sent stays known');

create trigger order_outbox_terms_are_final
  before update on order_outbox
  for each row
  when ((old.username, old.client_id, old.portfolio_id, old.order_id, old.broker, old.account, old.side, old.effect,
         old.order_type, old.time_in_force, old.created_at)
     is distinct from
        (new.username, new.client_id, new.portfolio_id, new.order_id, new.broker, new.account, new.side, new.effect,
         new.order_type, new.time_in_force, new.created_at)
     or ((old.quantity, old.limit_price, old.stop_price)
         is distinct from (new.quantity, new.limit_price, new.stop_price)
         and old.change_state is distinct from 'SENT'))
  execute function refuse_change('what is sent keeps its terms, but for a replacement that the broker took');

create trigger order_outbox_moves_are_allowed
  before update of state on order_outbox
  for each row
  when (new.state <> old.state)
  execute function allow_outbox_move();

create trigger order_outbox_fills_only_add_up
  before update of filled_quantity, sending_at, is_unwanted on order_outbox
  for each row
  when (new.filled_quantity < old.filled_quantity
     or (old.is_unwanted and not new.is_unwanted))
  execute function refuse_change('what was filled stays filled, and what is unwanted stays so');

create trigger outbox_transitions_are_rules
  before update or delete or truncate on outbox_transitions
  for each statement
  execute function refuse_change('the moves of the outbox are rules, not data');
