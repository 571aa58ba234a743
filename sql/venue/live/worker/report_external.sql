-- Takes in an order that was placed at the broker by somebody else, once something of it has filled: an order of its
-- own, marked as external, in the portfolio of that account. Later fills come by its client id like any other's.
-- Returns that id; null where no portfolio is bound to the account, the instrument is unknown, or it is known
-- already.
-- Raises TB403 the lease is over.

create function report_external(
    worker           text,
    broker           text,
    account          text,
    broker_order_id  text,
    broker_symbol    text,
    side             text,
    quantity         numeric,
    placed_at        timestamptz,
    client_id        text  default null)
  returns uuid
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held   constant identity.broker_accounts := leased_account(worker, broker, account);
  home   portfolios;
  wanted orders;
  stored orders;
  made   uuid;
begin
  select p.* into home
  from portfolios as p
  where (p.username, p.broker, p.account) = (held.username, held.broker, held.account) and p.is_active
    and p.opened_at < coalesce(report_external.placed_at, now())
  for no key update;

  if not found
    or exists (select from order_outbox as s
               where (s.username, s.broker, s.account) = (held.username, held.broker, held.account)
                 and (s.broker_order_id = report_external.broker_order_id
                      or s.client_id::text = lower(report_external.client_id)))
    or not exists (select from shared_data.instruments as i
                   where i.symbol = symbol_of(held.broker, report_external.broker_symbol)) then
    return null;
  end if;

  wanted           := marked_order(home, symbol_of(held.broker, broker_symbol), '', report_external.side,
                                   trim_scale(report_external.quantity), 'trade', 'placed at the broker');
  wanted.origin    := 'external';
  wanted.placed_at := coalesce(report_external.placed_at, wanted.placed_at);
  stored           := store_order(wanted);

  insert into order_outbox (username, portfolio_id, order_id, broker, account, side, effect, order_type, time_in_force,
                            quantity, state, broker_order_id, sending_at, placed_at)
  values (stored.username, stored.portfolio_id, stored.order_id, held.broker, held.account, stored.side, 'open', 'market',
          'GTC', stored.quantity, 'PLACED', report_external.broker_order_id, now(), now())
  returning order_outbox.client_id into made;

  perform raise_alarm(stored.username, stored.portfolio_id, 'external_order', 'MEDIUM', jsonb_build_object(
    'broker_order_id', report_external.broker_order_id, 'symbol', stored.symbol, 'side', stored.side,
    'quantity', plain(stored.quantity)), stored.order_id);
  return made;
end
$$;

comment on function report_external is
  'Take in an order that somebody else placed at the broker. For the broker worker''s role.';
select let_only('report_external', 'twinbook_broker');
