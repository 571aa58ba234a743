-- Whoever takes a portfolio's lock first works off the quotes that it has yet to be matched with, then acts. The rows
-- are taken out before the quotes are read: what comes in between stays for the next. A quote that is being matched
-- adds itself: its symbols, from its number on. A corporate action is applied in its place among the quotes, and what
-- it brings to another symbol is due there in the same go.
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
  due    text[]   := catch_up.symbols;
  since  bigint[] := array_fill(catch_up.from_number, array[cardinality(catch_up.symbols)]);
  action shared_data.corporate_actions;
begin
  if from_number is null and not is_behind(home) then
    return home;
  end if;

  loop
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
    select due || array_agg(m.symbol), since || array_agg(m.from_number) into due, since
    from mine as m;

    select a.* into action
    from shared_data.corporate_actions as a
    where (a.username, a.feed) = (home.feed_owner, home.feed)
      and a.number > home.action_number
    order by a.number
    limit 1;

    exit when not found;

    perform match_portfolio(home, due, since, until_number => action.quote_number);
    since := array(select greatest(n, action.quote_number + 1) from unnest(since) as n);

    select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
    home := apply_action(home, action);
  end loop;

  if due = '{}' and not exists (
    select
    from orders as o
    join shared_data.feeds as f on (f.username, f.name) = (o.feed_owner, o.feed)
    where o.username = home.username
      and o.status in ('OPEN', 'PARTIALLY_FILLED')
      and o.portfolio_id = home.portfolio_id
      and o.time_in_force = 'DAY'
      and o.expires_at <= shared_data.clock(f)) then
    return home;
  end if;

  perform match_portfolio(home, due, since);

  select p.* into home from portfolios as p where (p.username, p.portfolio_id) = (home.username, home.portfolio_id);
  return home;
end
$$;

comment on function catch_up is 'Work off the quotes that a locked portfolio has yet to be matched with.';
