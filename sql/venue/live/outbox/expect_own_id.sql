-- The broker's id that something is to be known by: one is given, and nothing else at that account has it. Raises TB400
-- no id, TB422 another's.

create function expect_own_id(sent order_outbox, broker_order_id text)
  returns void
  language plpgsql
  set search_path from current
as $$
begin
  if coalesce(trim(expect_own_id.broker_order_id), '') = '' then
    raise exception using
      errcode = 'TB400',
      message = format('by which id does the broker know %s?', sent.client_id),
      hint    = 'Without one it can be neither read nor canceled: it is unknown, or held.';
  end if;

  if exists (select from order_outbox as s
             where (s.username, s.broker, s.account, s.broker_order_id)
                   = (sent.username, sent.broker, sent.account, expect_own_id.broker_order_id)
               and s.client_id <> sent.client_id) then
    raise exception using
      errcode = 'TB422',
      message = format('%s at %s is another order', expect_own_id.broker_order_id, sent.broker),
      hint    = 'Compare what the broker lists with order_outbox.';
  end if;
end
$$;

comment on function expect_own_id is 'Refuse a broker''s id that is missing or another order''s. Raises TB400, TB422.';
