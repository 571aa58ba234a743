-- Gives an open order its new terms, which its user has chosen, or the venue: counted in its version, and told as an
-- event.

create function apply_terms(wanted orders, actor text default null)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  changed orders;
begin
  update orders as o
  set quantity         = wanted.quantity,
      limit_price      = wanted.limit_price,
      stop_price       = wanted.stop_price,
      effective_number = wanted.effective_number,
      effective_at     = wanted.effective_at,
      hold_unit        = wanted.hold_unit,
      hold_fee         = wanted.hold_fee,
      pending_action   = 'none',
      version          = o.version + 1
  where (o.username, o.order_id) = (wanted.username, wanted.order_id)
  returning o.* into changed;

  perform append_event(changed.username, changed.portfolio_id, 'order_replaced',
                       coalesce(apply_terms.actor, changed.username),
                       order_details(changed));
  return changed;
end
$$;

comment on function apply_terms is 'Give an open order its new terms.';
