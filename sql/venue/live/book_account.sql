-- Books what a live portfolio opens with: its account's money, and each holding as an opening execution at its average
-- cost, or where the broker doesn't tell that at its mark, paid with money that came in for it. A holding that is no
-- instrument of ours, or has neither, is left to the next sync, which tells the difference.

create function book_account(home portfolios)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  account constant identity.broker_accounts := (
    select b from identity.broker_accounts as b
    where (b.username, b.broker, b.account) = (home.username, home.broker, home.account));
  money   record;
  held    record;
begin
  for money in
    select m.key as currency, m.value::numeric as amount
    from jsonb_each_text(home.initial_balances) as m
    join shared_data.currencies as c on c.currency = m.key
    where m.value::numeric <> 0
    order by m.key
  loop
    perform book_flow(home, case when money.amount > 0 then 'deposit' else 'withdrawal' end, money.currency,
                      money.amount, 'as at the broker');
  end loop;

  for held in
    select h.key as symbol, (h.value ->> 'quantity')::numeric as quantity,
           coalesce((h.value ->> 'cost')::numeric, (h.value ->> 'quantity')::numeric * i.multiplier * (
             select coalesce(m.last, (m.bid + m.ask) / 2) from market_at(home, i.symbol) as m)) as cost
    from jsonb_each(account.holdings) as h
    join shared_data.instruments as i on i.symbol = h.key
    where (h.value ->> 'quantity')::numeric <> 0
    order by h.key
  loop
    continue when coalesce(held.cost, 0) = 0;
    perform take_holding(home, held.symbol, held.quantity, abs(held.cost), 'as at the broker');
  end loop;
end
$$;

comment on function book_account is 'Book what a live portfolio opens with: what its account at the broker has.';
