-- Locks what was sent, for a worker that holds its account: first the account, then the portfolio, then the order as it
-- is then. Raises TB403 the lease is over, TB404 not visible.

create function lock_sent(
    worker      text,
    client_id   uuid,
    out home    portfolios,
    out target  orders,
    out sent    order_outbox)
  language plpgsql
  set search_path from current
as $$
declare
  me constant text := identity.current_username(book());
begin
  select s.* into sent from order_outbox as s where (s.username, s.client_id) = (me, lock_sent.client_id);

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('nothing was sent as %s', lock_sent.client_id);
  end if;

  perform leased_account(worker, sent.broker, sent.account);

  select p.* into home
  from portfolios as p
  where (p.username, p.portfolio_id) = (sent.username, sent.portfolio_id)
  for no key update;

  select s.* into sent from order_outbox as s where (s.username, s.client_id) = (me, lock_sent.client_id);
  select o.* into target from orders as o where (o.username, o.order_id) = (sent.username, sent.order_id);
end
$$;

comment on function lock_sent is 'Lock what was sent, for a worker that holds its account.';
