-- A resting order enters itself where matching has to catch up, since its quote may come before it commits.

create function await_quotes(target orders)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  insert into unmatched (username, portfolio_id, symbol, from_number, cause, feed_owner, feed)
  values (target.username, target.portfolio_id, target.symbol, target.effective_number + 1, 'placed',
          target.feed_owner, target.feed)
  on conflict do nothing;
end
$$;

comment on function await_quotes is 'Let matching know that an order waits for the quotes after its own.';
