-- Refuses an order that makes no sense. Raises TB400.

create function refuse_order(wrong text)
  returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  raise exception using
    errcode = 'TB400',
    message = format('this order makes no sense: %s', wrong),
    hint    = 'Nothing was stored. The comment on place_order says what it takes.';
end
$$;

comment on function refuse_order is 'Refuse an order that makes no sense. Raises TB400.';
