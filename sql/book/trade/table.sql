-- A trade is the life of a position from flat to flat. Its numbers are sums of its executions; its bracket is its
-- user's.

create table trades (
  username          text                      not null,
  trade_id          book_id                   not null default new_id(),
  portfolio_id      uuid                      not null,
  session           integer                   not null,
  symbol            text                      not null,
  strategy          shared_data.strategy      not null default '',
  direction         shared_data.direction     not null,
  status            shared_data.trade_status  not null,
  asset_class       text                      not null,
  underlying        text,
  option_type       text,
  strike            shared_data.price,
  expiry            date,
  currency          text                      not null,
  multiplier        shared_data.quantity      not null,
  entry_quantity    shared_data.magnitude     not null default 0,
  entry_value       shared_data.magnitude     not null default 0,
  entry_price       numeric                   generated always as
                    (trim_scale(round(entry_value / nullif(entry_quantity, 0), 12))) stored,
  exit_quantity     shared_data.magnitude     not null default 0,
  exit_value        shared_data.magnitude     not null default 0,
  exit_price        numeric                   generated always as
                    (trim_scale(round(exit_value / nullif(exit_quantity, 0), 12))) stored,
  open_quantity     numeric                   generated always as (entry_quantity - exit_quantity) stored,
  stop_loss         shared_data.price,
  take_profit       shared_data.price,
  first_stop_loss   shared_data.price,
  fees              shared_data.amount        not null default 0,
  slippage          shared_data.magnitude     not null default 0,
  realized_pnl      shared_data.amount        not null default 0,
  net_pnl           numeric                   generated always as (realized_pnl - fees) stored,
  mfe               shared_data.magnitude     not null default 0,
  mae               shared_data.amount        not null default 0,
  extremes_number   bigint,
  trade_context     shared_data.json_object   not null default '{}',
  regime            text                      generated always as (trade_context ->> 'regime') stored,
  signal_reason     text                      generated always as (trade_context ->> 'signal_reason') stored,
  explanation       text                      generated always as (trade_context ->> 'explanation') stored,
  entry_order_id    book_id                   not null,
  idempotency_key   text,
  exit_reason       text,
  placed_at         timestamptz               not null,
  opened_at         timestamptz,
  closed_at         timestamptz,
  version           shared_data.version       not null default 1,
  created_at        timestamptz               not null default now(),
  action_number     bigint                    not null default 0,

  constraint trades_pkey                      primary key (username, trade_id),
  constraint trades_portfolio_is_one          unique (username, trade_id, portfolio_id),
  constraint trades_session_fkey              foreign key (username, portfolio_id, session) references sessions,
  constraint trades_exit_what_was_entered     check (exit_quantity <= entry_quantity),
  constraint trades_status_fits_their_fills   check (case
    when status in ('PENDING', 'CANCELED') then entry_quantity = 0
    when status in ('CLOSED', 'EXPIRED')   then entry_quantity > 0 and exit_quantity = entry_quantity
    else exit_quantity < entry_quantity end),
  constraint trades_open_with_their_first_fill check ((opened_at is null) = (entry_quantity = 0)),
  constraint trades_end_once                  check ((closed_at is null)
                                                     = (status not in ('CLOSED', 'EXPIRED', 'CANCELED'))),
  constraint trades_ends_say_why              check ((closed_at is null) = (exit_reason is null)),
  constraint trades_bracket_is_in_order       check (case direction when 'long' then stop_loss < take_profit
                                                                    else take_profit < stop_loss end),
  constraint trades_excursion_has_two_sides   check (mae <= 0)
) with (fillfactor = 70);

create unique index trades_one_is_open on trades (username, portfolio_id, symbol, strategy)
  where status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING');
create unique index trades_one_waits on trades (username, portfolio_id, symbol, strategy, direction)
  where status = 'PENDING';
create index trades_status_idx  on trades (username, status);
create index trades_session_idx on trades (username, portfolio_id, session, closed_at);
create index trades_expiring_idx on trades (expiry) where expiry is not null and closed_at is null;
create index trades_context_idx on trades using gin (trade_context jsonb_path_ops);

comment on table  trades                 is 'Lives of positions, from flat to flat: what was entered, what came of it, and why.';
comment on column trades.session         is 'The paper session that it began in.';
comment on column trades.strategy        is 'A label: trades of different ones are apart.';
comment on column trades.status          is 'See trade_transitions.';
comment on column trades.underlying      is 'Of an option; likewise option_type, strike and expiry.';
comment on column trades.currency        is 'The instrument''s: that of prices, fees and profit.';
comment on column trades.entry_quantity  is 'Sum of the executions that entered.';
comment on column trades.entry_value     is 'Sum of their quantity x price.';
comment on column trades.entry_price     is 'Their average; null before the first.';
comment on column trades.exit_price      is 'Average of the executions that reduced; null before the first.';
comment on column trades.open_quantity   is 'What is still open of it.';
comment on column trades.stop_loss       is 'Where its stop loss rests, or will once it is entered; null for none.';
comment on column trades.take_profit     is 'Where its take profit rests, or will once it is entered; null for none.';
comment on column trades.first_stop_loss is 'The stop loss that it was entered with: what was at risk.';
comment on column trades.fees            is 'Sum over its executions, in currency.';
comment on column trades.slippage        is 'What its fills cost more than the prices that their model began from, in currency.';
comment on column trades.realized_pnl    is 'Gross, by average cost, in currency.';
comment on column trades.net_pnl         is 'realized_pnl less fees: a win is above zero.';
comment on column trades.mfe             is 'The most that it was ever worth above its cost, as far as it is reckoned; trade_history reckons it up to now.';
comment on column trades.mae             is 'The most that it was ever worth below its cost, zero or less, as far as it is reckoned.';
comment on column trades.extremes_number is 'mfe and mae are reckoned up to this quote of its feed.';
comment on column trades.trade_context   is 'The context that its first order was placed with.';
comment on column trades.regime          is 'From its context; likewise signal_reason and explanation.';
comment on column trades.entry_order_id  is 'The order that began it.';
comment on column trades.idempotency_key is 'That of the order that began it.';
comment on column trades.exit_reason     is 'Why it ended: stop_loss, take_profit, order, reset, settled, expired, or its user''s own word.';
comment on column trades.placed_at       is 'Business time of its first order; opened_at of its first fill, closed_at of its end.';
comment on column trades.action_number   is 'The newest split or symbol change of its feed that changed it.';
comment on column trades.version         is 'Counts the user''s own edits, for optimistic locking; fills don''t raise it.';

-- The moves that a trade may make. Trigger and tests read the same rows.
create table trade_transitions (
  from_status  text  not null,
  to_status    text  not null,

  constraint trade_transitions_pkey primary key (from_status, to_status)
);
comment on table trade_transitions is 'Which status may follow which. A trade begins PENDING, or with its first fill.';
