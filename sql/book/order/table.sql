-- An order is an instruction to trade. Its terms are final but for its owner's replacing them; its progress moves.

create table orders (
  username          text                       not null,
  order_id          book_id                    not null default new_id(),
  portfolio_id      uuid                       not null,
  order_number      bigint                     not null,
  trade_id          book_id,
  symbol            text                       not null,
  strategy          shared_data.strategy       not null default '',
  side              shared_data.side           not null,
  order_type        shared_data.order_type     not null,
  time_in_force     shared_data.time_in_force  not null,
  quantity          shared_data.quantity       not null,
  limit_price       shared_data.price,
  stop_price        shared_data.price,
  currency          text                       not null,
  status            shared_data.order_status   not null default 'PENDING',
  pending_action    shared_data.pending_action not null default 'none',
  filled_quantity   shared_data.magnitude      not null default 0,
  filled_value      shared_data.magnitude      not null default 0,
  average_price     numeric                    generated always as
                    (trim_scale(round(filled_value / nullif(filled_quantity, 0), 12))) stored,
  fees              shared_data.amount         not null default 0,
  reject_reason     text,
  end_reason        text,
  idempotency_key   shared_data.idempotency_key,
  request_hash      bytea,
  version           shared_data.version        not null default 1,
  origin            shared_data.order_origin   not null default 'user',
  context           shared_data.json_object    not null default '{}',
  feed_owner        text                       not null,
  feed              text                       not null,
  works_as          shared_data.works_as       not null,
  is_resting        boolean                    not null default false,
  effective_number  bigint                     not null,
  effective_at      timestamptz,
  expires_at        timestamptz,
  triggered_at      timestamptz,
  hold_unit         shared_data.magnitude      not null default 0,
  hold_fee          shared_data.magnitude      not null default 0,
  held_amount       shared_data.magnitude      not null default 0,
  held_quantity     shared_data.magnitude      not null default 0,
  placed_at         timestamptz                not null default now(),
  created_at        timestamptz                not null default now(),
  session           integer                    not null,
  purpose           shared_data.order_purpose  not null default 'trade',
  stop_loss         shared_data.price,
  take_profit       shared_data.price,
  reason            text,
  base_currency     text,
  hold_currency     text                       generated always as
                    (case side when 'sell' then coalesce(base_currency, currency) else currency end) stored,
  action_number     bigint                     not null default 0,

  constraint orders_pkey                         primary key (username, order_id),
  constraint orders_session_fkey                 foreign key (username, portfolio_id, session) references sessions,
  constraint orders_number_is_the_only           unique (username, portfolio_id, order_number),
  constraint orders_limit_goes_with_its_type     check ((order_type in ('limit', 'stop_limit'))
                                                        = (limit_price is not null)),
  constraint orders_stop_goes_with_its_type      check ((order_type in ('stop', 'stop_limit'))
                                                        = (stop_price is not null)),
  constraint orders_are_filled_exactly_when_full check ((status = 'FILLED') = (filled_quantity >= quantity)),
  constraint orders_are_partial_only_with_fills  check (status not in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
                                                        or (status = 'PARTIALLY_FILLED') = (filled_quantity > 0)),
  constraint orders_rejected_are_never_filled    check (status <> 'REJECTED' or filled_quantity = 0),
  constraint orders_rejected_say_why             check ((status = 'REJECTED') = (reject_reason is not null)),
  constraint orders_ended_hold_nothing           check (status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
                                                        or (held_amount = 0 and held_quantity = 0)),
  constraint orders_exits_have_no_bracket        check (purpose = 'trade' or num_nonnulls(stop_loss, take_profit) = 0),
  constraint orders_exits_belong_to_a_trade      check (purpose = 'trade' or trade_id is not null),
  constraint orders_key_goes_with_its_request    check ((idempotency_key is null) = (request_hash is null))
);

create unique index orders_idempotency_key_is_the_only on orders (username, idempotency_key, portfolio_id)
  where idempotency_key is not null;
create index orders_status_idx on orders (username, status);
create index orders_open_idx on orders (username, portfolio_id, symbol, strategy)
  where status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED');

-- What a quote looks for among everybody's orders: those that it reaches, and no other.
create index orders_waiting_buys_idx on orders (feed_owner, feed, symbol, limit_price)
  where works_as = 'limit' and side = 'buy' and status in ('OPEN', 'PARTIALLY_FILLED');
create index orders_waiting_sells_idx on orders (feed_owner, feed, symbol, limit_price)
  where works_as = 'limit' and side = 'sell' and status in ('OPEN', 'PARTIALLY_FILLED');
create index orders_waiting_stops_idx on orders (feed_owner, feed, symbol, side, stop_price)
  where works_as = 'stop' and status in ('OPEN', 'PARTIALLY_FILLED');
create index orders_arriving_idx on orders (feed_owner, feed, symbol)
  where works_as <> 'stop' and not is_resting and status in ('OPEN', 'PARTIALLY_FILLED');
create index orders_expiring_idx on orders (feed_owner, feed, expires_at)
  where time_in_force = 'DAY' and status in ('OPEN', 'PARTIALLY_FILLED');

comment on table  orders                  is 'Instructions to trade. Terms are final once placed, but for their owner''s replacing them.';
comment on column orders.order_number     is 'Its number within the portfolio.';
comment on column orders.trade_id         is 'The trade that it enters or reduces; each execution says which one its fill was of. Kept when that is purged.';
comment on column orders.strategy         is 'A label: positions are kept apart by it.';
comment on column orders.limit_price      is 'In the instrument''s currency; null for what has no limit.';
comment on column orders.stop_price       is 'What triggers it; null for what needs no trigger.';
comment on column orders.currency         is 'The instrument''s: that of prices, fees and holds.';
comment on column orders.pending_action   is 'A cancel or replace that the broker hasn''t confirmed; until then nothing else may change.';
comment on column orders.filled_value     is 'Sum of quantity x price over its executions.';
comment on column orders.average_price    is 'Of its executions; null while nothing is filled.';
comment on column orders.fees             is 'Sum over its executions, in currency.';
comment on column orders.reject_reason    is 'Why it was refused; set exactly when it is REJECTED.';
comment on column orders.end_reason       is 'Why it was canceled or expired, where it wasn''t its user.';
comment on column orders.request_hash     is 'sha256 of the request, so that its key can''t serve another one.';
comment on column orders.version          is 'Counts the user''s own edits, for optimistic locking; fills don''t raise it.';
comment on column orders.origin           is 'user, or external: seen at the broker first.';
comment on column orders.works_as         is 'What it waits as: a stop until it is triggered, then a market or limit order.';
comment on column orders.is_resting       is 'It has met the market and found no price: it fills at its limit from now on, not better.';
comment on column orders.effective_number is 'It rests from this quote of its feed: only later ones fill it.';
comment on column orders.effective_at     is 'Under a fill delay: only quotes at or after it fill it.';
comment on column orders.expires_at       is 'Of a DAY order, its trading day''s close; null until its feed has a time.';
comment on column orders.hold_unit        is 'What a unit that increases exposure holds of hold_currency; of spot, every unit.';
comment on column orders.hold_fee         is 'What an order that increases exposure holds for fees.';
comment on column orders.held_amount      is 'What it holds of hold_currency now.';
comment on column orders.held_quantity    is 'What it holds of the position that it reduces.';
comment on column orders.session          is 'The paper session that it was placed in.';
comment on column orders.purpose          is 'trade: its user''s own; close, stop_loss, take_profit: they only reduce their trade.';
comment on column orders.stop_loss        is 'What its trade''s stop loss becomes with its first fill; null leaves it.';
comment on column orders.take_profit      is 'What its trade''s take profit becomes with its first fill; null leaves it.';
comment on column orders.reason           is 'Why it closes its trade, in its user''s words.';
comment on column orders.base_currency    is 'Of spot: what is bought or sold for currency. Null for what isn''t spot.';
comment on column orders.hold_currency    is 'What it holds is in this: of spot sold the base currency, else currency.';
comment on column orders.action_number    is 'The newest split or symbol change of its feed that changed it.';
comment on column orders.placed_at        is 'Business time, by its feed''s clock; created_at is when it was stored.';

-- The moves that an order may make. Trigger and tests read the same rows.
create table order_transitions (
  from_status  text  not null,
  to_status    text  not null,

  constraint order_transitions_pkey primary key (from_status, to_status)
);
comment on table order_transitions is 'Which status may follow which. An order begins PENDING, REJECTED, or with its first fill.';
