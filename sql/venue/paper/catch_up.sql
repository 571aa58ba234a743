-- Whoever takes a portfolio's lock first works off the quotes that it has yet to be matched with, then acts. The rows
-- are taken out before the quotes are read: what comes in between stays for the next. A quote that is being matched
-- adds itself: its symbols, from its number on. A corporate action is applied in its place among the quotes.
--
-- Only a quote takes out what a resting order entered: it holds its feed, so that no other is under way that began
-- before the order could be seen. Anyone else, and be it the order's own transaction, moves such a row on behind what
-- he has seen.

create function catch_up(home portfolios, symbols text[] default '{}', from_number bigint default null)
  returns portfolios
  language plpgsql
  set search_path from current
as $$
declare
  due    record;
  action shared_data.corporate_actions;
begin
  if from_number is null
    and not exists (select from unmatched as u where (u.username, u.portfolio_id) = (home.username, home.portfolio_id))
    and not exists (select from orders as o
                    where o.username = home.username
                      and o.status in ('OPEN', 'PARTIALLY_FILLED')
                      and (o.portfolio_id, o.time_in_force) = (home.portfolio_id, 'DAY'))
    and not exists (select from shared_data.corporate_actions as a
                    where (a.username, a.feed) = (home.feed_owner, home.feed) and a.number > home.action_number) then
    return home;
  end if;

  with mine as (
    delete from unmatched as u
    where (u.username, u.portfolio_id) = (home.username, home.portfolio_id)
      and (catch_up.from_number is not null
        or u.cause <> 'placed'
        or exists (select from shared_data.quotes as q
                   where (q.username, q.feed, q.symbol) = (u.feed_owner, u.feed, u.symbol)
                     and q.number >= u.from_number))
    returning u.symbol, u.from_number, u.cause
  ),
  moved_on as (
    insert into unmatched (username, portfolio_id, symbol, from_number, cause, feed_owner, feed)
    select distinct home.username, home.portfolio_id, m.symbol, q.number + 1, m.cause, home.feed_owner, home.feed
    from mine as m
    join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (home.feed_owner, home.feed, m.symbol)
    where m.cause = 'placed' and catch_up.from_number is null
    on conflict do nothing
  )
  select (select array_agg(m.symbol) from mine as m) as symbols,
         (select array_agg(m.from_number) from mine as m) as numbers,
         exists (
           select
           from orders as o
           join shared_data.feeds as f on (f.username, f.name) = (o.feed_owner, o.feed)
           where o.username = home.username
             and o.status in ('OPEN', 'PARTIALLY_FILLED')
             and o.portfolio_id = home.portfolio_id
             and o.time_in_force = 'DAY'
             and o.expires_at <= shared_data.clock(f)) as is_past
  into due;

  for action in
    select a.*
    from shared_data.corporate_actions as a
    where (a.username, a.feed) = (home.feed_owner, home.feed)
      and a.number > home.action_number
    order by a.number
  loop
    if due.symbols is not null then
      perform match_portfolio(home, due.symbols, due.numbers, until_number => action.quote_number);
      due.numbers := array(select greatest(n, action.quote_number + 1) from unnest(due.numbers) as n);
    end if;

    select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
    home := apply_action(home, action);
  end loop;

  if due.symbols is null and not due.is_past and from_number is null then
    return home;
  end if;

  perform match_portfolio(home, due.symbols || catch_up.symbols,
                          due.numbers || array_fill(from_number, array[cardinality(catch_up.symbols)]));

  select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  return home;
end
$$;

comment on function catch_up is 'Work off the quotes that a locked portfolio has yet to be matched with.';
