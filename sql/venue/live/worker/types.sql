-- What a worker is to do at a broker, one request each.
create type broker_task as (
  action           text,
  client_id        uuid,
  order_id         text,
  broker_order_id  text,
  symbol           text,
  asset_class      text,
  side             text,
  effect           text,
  order_type       text,
  time_in_force    text,
  quantity         numeric,
  limit_price      numeric,
  stop_price       numeric,
  new_quantity     numeric,
  new_limit_price  numeric,
  new_stop_price   numeric,
  expires_at       timestamptz,
  state            text,
  broker_status    text,
  filled_quantity  numeric,
  attempts         integer,
  sending_at       timestamptz
);
comment on type broker_task is
  'What a worker is to do: place, find (it may have landed), cancel, replace or read; symbol is the broker''s own.';
