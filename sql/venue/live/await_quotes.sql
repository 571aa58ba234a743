-- A broker watches its orders by itself.

create function await_quotes(target orders)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  return;
end
$$;

comment on function await_quotes is 'Let matching know that an order waits: nothing to do, since brokers match.';
