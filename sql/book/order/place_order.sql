-- Places an order: checks it under its portfolio's lock, stores it, and hands it to the venue. What the state of the
-- world forbids is stored as REJECTED with a reason, and returned. A repeat of an idempotency key returns its order
-- as it stands. stop_loss and take_profit are the bracket of the trade that it enters: exits that rest as it fills,
-- of which one cancels the other.
-- Raises TB400 bad argument, TB401 no user, TB404 unknown symbol or portfolio, TB412 key reused, TB422 closed.

create function place_order(
    symbol           text,
    side             text,
    quantity         numeric,
    order_type       text     default 'market',
    limit_price      numeric  default null,
    stop_price       numeric  default null,
    time_in_force    text     default 'DAY',
    stop_loss        numeric  default null,
    take_profit      numeric  default null,
    strategy         text     default '',
    portfolio        text     default null,
    idempotency_key  text     default null,
    context          jsonb    default '{}')
  returns orders
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  home     portfolios;
  wanted   orders;
  earlier  orders;
  wrong    text;
begin
  wrong := wrong_words(side, order_type, time_in_force, quantity, limit_price, stop_price, stop_loss, take_profit,
                       strategy, idempotency_key, context);
  if wrong is not null then
    perform refuse_order(wrong);
  end if;

  wanted.symbol          := place_order.symbol;
  wanted.side            := place_order.side;
  wanted.order_type      := place_order.order_type;
  wanted.time_in_force   := place_order.time_in_force;
  wanted.strategy        := coalesce(place_order.strategy, '');
  wanted.context         := coalesce(place_order.context, '{}');
  wanted.idempotency_key := place_order.idempotency_key;
  wanted.quantity        := trim_scale(place_order.quantity);
  wanted.limit_price     := trim_scale(place_order.limit_price);
  wanted.stop_price      := trim_scale(place_order.stop_price);
  wanted.stop_loss       := trim_scale(place_order.stop_loss);
  wanted.take_profit     := trim_scale(place_order.take_profit);
  wanted.purpose         := 'trade';

  home := lock_portfolio(place_order.portfolio, even_closed => wanted.idempotency_key is not null);

  if wanted.idempotency_key is not null then
    wanted.request_hash := request_hash(wanted);

    select o.* into earlier
    from orders as o
    where (o.username, o.portfolio_id, o.idempotency_key) = (home.username, home.portfolio_id, wanted.idempotency_key);

    if earlier.request_hash = wanted.request_hash then
      return earlier;
    elsif found then
      raise exception using
        errcode = 'TB412',
        message = format('idempotency key %s belongs to another request', wanted.idempotency_key),
        detail  = format('It placed order %s.', earlier.order_id),
        hint    = 'Repeat a request as it was, or give a new one its own key.';
    end if;
  end if;

  if not home.is_active then
    raise exception using
      errcode = 'TB422',
      message = format('there is no open portfolio %s', home.name),
      hint    = 'It is closed, and takes no more orders.';
  end if;

  return submit_order(home, wanted);
end
$$;

comment on function place_order is
  'Place an order: it comes back FILLED, OPEN, PENDING, or REJECTED with reject_reason. '
  'Limits, stops and the bracket in the instrument''s currency.';
select let_traders('place_order');
