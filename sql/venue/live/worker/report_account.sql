-- Takes in what an account has, compares it with the book, and keeps the differences: one that is seen twice in a row
-- is real, since a fill may have been on its way; a large one that is real stays so while it changes. A symbol whose
-- order is on its way isn't compared, and what was open of it stays open; less than a currency's smallest unit is no
-- difference, since brokers tell balances in fewer digits than fills. Returns what is open. cash and holdings are
-- as in identity.broker_accounts, holdings by the broker's names; strangers are the broker's ids of open orders that
-- nobody here placed. Raises TB403 the lease is over.

create function report_account(
    worker           text,
    broker           text,
    account          text,
    cash             jsonb,
    holdings         jsonb,
    strangers        text[]       default '{}',
    equity           numeric      default null,
    equity_currency  text         default null,
    fills_until      timestamptz  default null)
  returns setof reconciliation_differences
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held  constant identity.broker_accounts := leased_account(worker, broker, account);
  ours  constant jsonb                    := coalesce((
    select jsonb_object_agg(h.symbol, jsonb_strip_nulls(jsonb_build_object('quantity', h.quantity, 'cost', h.cost)))
    from (
      select coalesce(symbol_held(held.broker, n.key), n.key) as symbol,
             sum((n.value ->> 'quantity')::numeric)::text as quantity,
             case when bool_and(n.value ? 'cost') then sum((n.value ->> 'cost')::numeric)::text end as cost
      from jsonb_each(report_account.holdings) as n
      group by 1
    ) as h), '{}');
  worth constant numeric                  := coalesce(report_account.equity, 0);
  home  portfolios;
  seen  reconciliation_differences;
begin
  update identity.broker_accounts as b
  set cash            = report_account.cash,
      holdings        = ours,
      equity          = report_account.equity,
      equity_currency = report_account.equity_currency,
      fills_until     = coalesce(report_account.fills_until, b.fills_until),
      synced_at       = now(),
      last_error      = null
  where (b.username, b.broker, b.account) = (held.username, held.broker, held.account);

  select p.* into home
  from portfolios as p
  where (p.username, p.broker, p.account) = (held.username, held.broker, held.account) and p.is_active
  for no key update;

  if not found then
    return;
  end if;

  for seen in
    with in_flight as (
      select distinct x.symbol
      from order_outbox as o
      join orders as x using (username, order_id)
      where (o.username, o.portfolio_id) = (home.username, home.portfolio_id)
        and o.state in ('SENDING', 'PLACED')
    ),
    told (kind, key, in_book, at_broker, severity) as (
      select 'cash', c.currency, c.in_book, c.at_broker,
             case when abs(c.in_book - c.at_broker) < 0.001 * worth then 'LOW'
                  when abs(c.in_book - c.at_broker) < 0.01 * worth  then 'MEDIUM'
                  else 'HIGH' end
      from (
        select currency, coalesce(b.amount, 0) as in_book, coalesce(m.amount, 0) as at_broker
        from (
          select b.currency, b.amount
          from balances as b
          where (b.username, b.portfolio_id) = (home.username, home.portfolio_id)
            and not exists (select from shared_data.instruments as i
                            where (i.asset_class, i.base_currency) = ('crypto', b.currency))
        ) as b
        full join (select c.key as currency, (c.value ->> 'amount')::numeric as amount
                   from jsonb_each(report_account.cash) as c) as m using (currency)
      ) as c
      union all
      select 'position', coalesce(s.symbol, h.symbol), coalesce(s.quantity, 0), coalesce(h.quantity, 0),
             case when sign(coalesce(s.quantity, 0)) * sign(coalesce(h.quantity, 0)) < 0 then 'CRITICAL' else 'HIGH' end
      from (
        select s.symbol, sum(s.quantity) as quantity
        from positions as s
        where (s.username, s.portfolio_id) = (home.username, home.portfolio_id)
        group by s.symbol
      ) as s
      full join (select h.key as symbol, (h.value ->> 'quantity')::numeric as quantity
                 from jsonb_each(ours) as h) as h using (symbol)
      where coalesce(s.symbol, h.symbol) not in (select f.symbol from in_flight as f)
      union all
      select 'order', stranger.id, 0, 1, 'MEDIUM'
      from unnest(report_account.strangers) as stranger (id)
    ),
    differing as (
      select t.*
      from told as t
      left join shared_data.currencies as c on (t.kind, c.currency) = ('cash', t.key)
      where t.in_book <> t.at_broker
        and abs(t.in_book - t.at_broker) >= coalesce(power(10::numeric, -c.decimals), 0)
    ),
    agreed as (
      update reconciliation_differences as d
      set state     = 'AGREED',
          closed_at = now()
      where (d.username, d.portfolio_id, d.state) = (home.username, home.portfolio_id, 'OPEN')
        and not exists (select from differing as n where (n.kind, n.key) = (d.kind, d.key))
        and (d.kind <> 'position' or d.key not in (select f.symbol from in_flight as f))
    ),
    kept as (
      insert into reconciliation_differences as d (username, portfolio_id, kind, key, in_book, at_broker, severity)
      select home.username, home.portfolio_id, n.kind, n.key, trim_scale(n.in_book), trim_scale(n.at_broker), n.severity
      from differing as n
      on conflict (username, portfolio_id, kind, key) where state = 'OPEN' do update
      set times_seen   = case when d.at_broker - d.in_book = excluded.at_broker - excluded.in_book
                                or (d.times_seen > 1 and d.severity in ('HIGH', 'CRITICAL'))
                              then d.times_seen + 1 else 1 end,
          in_book      = excluded.in_book,
          at_broker    = excluded.at_broker,
          severity     = excluded.severity,
          last_seen_at = now()
      returning d.*
    )
    select k.* from kept as k where k.times_seen = 2
  loop
    perform raise_alarm(seen.username, seen.portfolio_id, 'difference', seen.severity, jsonb_build_object(
      'difference_id', seen.difference_id, 'of', seen.kind, 'key', seen.key, 'in_book', plain(seen.in_book),
      'at_broker', plain(seen.at_broker)));
  end loop;

  return query
  select d.*
  from reconciliation_differences as d
  where (d.username, d.portfolio_id, d.state) = (home.username, home.portfolio_id, 'OPEN')
  order by d.kind, d.key;
end
$$;

comment on function report_account is
  'Take in what an account has, and compare it with the book. For the broker worker''s role.';
select let_only('report_account', 'twinbook_broker');
