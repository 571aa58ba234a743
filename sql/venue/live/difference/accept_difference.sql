-- Books what the broker says, so that a difference is gone: money as an adjustment, or as the kind that its user
-- knows it is; a quantity as an external execution at the mark, or else at what the position cost. An order of
-- nobody's here is only noted. Raises TB400 no reason, unknown kind, TB401 no user, TB404 not visible, TB422 closed,
-- TB503 no price.

create function accept_difference(difference_id uuid, reason text, kind text default 'adjustment')
  returns reconciliation_differences
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  me      constant text := acting_user(must_be_active => false);
  told    reconciliation_differences;
  home    portfolios;
  change  numeric;
  market  shared_data.market;
  price   numeric;
begin
  if coalesce(trim(reason), '') = '' or kind is null
    or kind not in ('adjustment', 'deposit', 'withdrawal', 'dividend', 'interest', 'fee') then
    raise exception using
      errcode = 'TB400',
      message = 'why do you accept it?',
      hint    = 'Give a reason; kind is adjustment, deposit, withdrawal, dividend, interest or fee.';
  end if;

  select p.* into home
  from reconciliation_differences as d
  join portfolios as p using (username, portfolio_id)
  where (d.username, d.difference_id) = (me, accept_difference.difference_id)
  for no key update of p;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('difference %s does not exist', accept_difference.difference_id),
      hint    = 'select * from reconciliation_differences where state = ''OPEN'';';
  end if;

  select d.* into told
  from reconciliation_differences as d
  where (d.username, d.difference_id) = (me, accept_difference.difference_id);

  if told.state <> 'OPEN' then
    raise exception using
      errcode = 'TB422',
      message = format('difference %s is %s already', told.difference_id, lower(told.state));
  end if;

  -- What it differs by now: the book may have moved since.
  if told.kind = 'cash' then
    change := told.at_broker - coalesce((
      select b.amount from balances as b
      where (b.username, b.portfolio_id, b.currency) = (home.username, home.portfolio_id, told.key)), 0);
    if change <> 0 then
      perform book_flow(home, accept_difference.kind, told.key, trim_scale(change), accept_difference.reason);
    end if;
  elsif told.kind = 'position' then
    change := told.at_broker - coalesce((
      select sum(s.quantity) from positions as s
      where (s.username, s.portfolio_id, s.symbol) = (home.username, home.portfolio_id, told.key)), 0);
    market := market_at(home, told.key);
    price  := coalesce(market.last, (market.bid + market.ask) / 2, (
      select abs(s.average_price) from positions as s
      where (s.username, s.portfolio_id, s.symbol) = (home.username, home.portfolio_id, told.key) and s.quantity <> 0
      limit 1));

    if change <> 0 and price is null then
      raise exception using
        errcode = 'TB503',
        message = format('nothing marks %s', told.key),
        hint    = 'twinbook broker quotes brings one.';
    elsif change <> 0 then
      perform take_holding(home, told.key, change, abs(change) * price * market.multiplier, reason);
    end if;
  end if;

  update reconciliation_differences as d
  set state     = 'ACCEPTED',
      closed_at = now(),
      reason    = accept_difference.reason
  where (d.username, d.difference_id) = (told.username, told.difference_id)
  returning d.* into told;

  perform append_event(home.username, home.portfolio_id, 'difference_accepted', me, jsonb_build_object(
    'difference_id', told.difference_id, 'kind', told.kind, 'key', told.key, 'in_book', plain(told.in_book),
    'at_broker', plain(told.at_broker), 'reason', reason));
  return told;
exception
  when check_violation then
    raise exception using
      errcode = 'TB400',
      message = format('that difference isn''t a %s', kind),
      detail  = sqlerrm,
      hint    = 'A deposit comes in, a withdrawal goes out.';
end
$$;

comment on function accept_difference is 'Book what the broker says, so that a difference is gone.';
select let_traders('accept_difference');
