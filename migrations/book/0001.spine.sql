-- sql/book/types.sql
-- What this book's tables are made with. Shape, not code: defaults and checks call it.

-- paper or live: the one thing that a book knows about itself, and that its ids tell.
do $$
declare
  mode text := split_part(current_schema(), '_', 1);
begin
  execute format('create function book() returns text language sql immutable parallel safe return %L', mode);
  execute format('create domain book_id as text constraint book_id_names_its_book check (starts_with(value, %L))',
                 upper(mode) || '_');
  execute format('grant execute on function book() to twinbook_engine, twinbook_auditor, twinbook_backup, %I',
                 'twinbook_' || mode);
end
$$;
comment on function book is 'paper or live.';
comment on domain book_id is
  'The id of an order or a trade: it begins with its book''s name, so that the other book can''t store it.';

create function new_id() returns text
  language sql volatile
  return upper(book()) || '_' || replace(shared_data.uuid7()::text, '-', '');
comment on function new_id is 'A new id for an order or a trade, beginning with its book''s name.';
grant execute on function new_id to twinbook_engine;

-- sql/book/portfolio/table.sql
-- A portfolio is one user's separate pot of money and positions. Its row is the lock for everything in it, and holds
-- the numbers that its facts are counted by and the head of its audit chain.

create table portfolios (
  username               text                     not null,
  portfolio_id           uuid                     not null default shared_data.uuid7(),
  name                   shared_data.label        not null,
  base_currency          text                     not null,
  feed_owner             text                     not null default 'market',
  feed                   text                     not null default 'realtime',
  broker                 shared_data.broker       not null default 'none',
  account                text,
  is_active              boolean                  not null default true,
  slippage_percent       shared_data.percent      not null default 0.1,
  fill_delay_ms          shared_data.milliseconds not null default 0,
  max_quote_age          shared_data.age          not null,
  max_history_age        shared_data.age,
  allow_short            boolean                  not null default false,
  allow_mock_prices      boolean                  not null default false,
  short_initial_percent  numeric                  not null default 150,
  short_upkeep_percent   numeric                  not null default 130,
  fee_venue              text,
  seed                   bigint                   not null default 0,
  version                shared_data.version      not null default 1,
  order_seq              bigint                   not null default 0,
  execution_seq          bigint                   not null default 0,
  ledger_seq             bigint                   not null default 0,
  audit_seq              bigint                   not null default 0,
  audit_head             bytea,
  opened_at              timestamptz              not null default now(),
  session                integer                  not null default 1,
  initial_balances       shared_data.json_object  not null default '{}',
  partial_fills          boolean                  not null default false,
  max_participation      shared_data.share        not null default 10,
  touch_fill_percent     shared_data.share        not null default 100,
  action_number          bigint                   not null default 0,

  constraint portfolios_pkey                     primary key (username, portfolio_id),
  constraint portfolios_name_is_the_only         unique (username, name),
  constraint portfolios_user_fkey                foreign key (username) references identity.users,
  constraint portfolios_currency_fkey            foreign key (base_currency) references shared_data.currencies,
  constraint portfolios_feed_fkey                foreign key (feed_owner, feed) references shared_data.feeds,
  constraint portfolios_feed_is_own_or_shared    check (feed_owner in ('market', username)),
  constraint portfolios_account_fkey             foreign key (username, broker, account)
                                                 references identity.broker_accounts,
  constraint portfolios_account_goes_with_broker check ((broker = 'none') = (account is null)),
  constraint portfolios_margin_is_ordered        check (100 <= short_upkeep_percent
                                                        and short_upkeep_percent <= short_initial_percent
                                                        and short_initial_percent < 1000),
  constraint portfolios_audit_has_a_head         check ((audit_seq = 0) = (audit_head is null))
) with (fillfactor = 60);

create index portfolios_currency_idx on portfolios (base_currency);
create index portfolios_account_idx  on portfolios (username, broker, account);
create unique index portfolios_account_is_the_only on portfolios (username, broker, account)
  where account is not null and is_active;
create index portfolios_feed_idx     on portfolios (feed_owner, feed);

comment on table  portfolios                       is 'One user''s separate pots of money and positions.';
comment on column portfolios.base_currency         is 'What its equity is told in.';
comment on column portfolios.feed_owner            is 'market for a shared feed, else the portfolio''s own user.';
comment on column portfolios.feed                  is 'Where its prices and its time come from; chosen for good when it is opened.';
comment on column portfolios.slippage_percent      is 'Against the order, where only a last price is known.';
comment on column portfolios.fill_delay_ms         is 'An order fills only at quotes so much later than it was placed.';
comment on column portfolios.max_quote_age         is 'By the feed''s clock: an older quote is stale and fills no new order.';
comment on column portfolios.max_history_age       is 'How old a stored price may be that stands in for a stale quote; null for never.';
comment on column portfolios.allow_mock_prices     is 'Whether a made-up price may stand in for a missing one, with a WARNING.';
comment on column portfolios.short_initial_percent is 'Of a short''s value, what must be there to sell it, its proceeds included.';
comment on column portfolios.short_upkeep_percent  is 'Of a short''s value, the cash below which nothing may increase: margin call.';
comment on column portfolios.fee_venue             is 'Whose fee rows apply; null for the instrument''s own venue.';
comment on column portfolios.seed                  is 'What chance is a function of, so that a replay fills the same.';
comment on column portfolios.session               is 'The paper session that runs: what is ordered, traded and booked now belongs to it.';
comment on column portfolios.initial_balances      is 'What it opened with, and what a reset brings it back to.';
comment on column portfolios.partial_fills         is 'Whether a quote gives only what its size or volume allows; off, it fills everything.';
comment on column portfolios.max_participation     is 'Percent of a quote''s size or volume that this portfolio can take, with partial fills on.';
comment on column portfolios.touch_fill_percent    is 'How likely a resting limit fills at a quote that only touches it: its place in the queue is unknown.';
comment on column portfolios.action_number         is 'Splits and symbol changes of its feed are applied up to this number.';
comment on column portfolios.version               is 'Counts the user''s own edits, for optimistic locking; trading doesn''t raise it.';
comment on column portfolios.order_seq             is 'Number of its newest order; likewise executions, ledger entries and audit rows.';
comment on column portfolios.audit_head            is 'Checksum of its newest audit row.';

-- sql/book/session/table.sql
-- A session is a stretch of a portfolio's life: from its opening, or from a reset, to the next. What was ordered,
-- traded and booked belongs to one, and metrics are of one.

create table sessions (
  username      text               not null,
  portfolio_id  uuid               not null,
  number        integer            not null,
  label         shared_data.label,
  started_at    timestamptz        not null,
  ended_at      timestamptz,
  end_reason    text,
  is_reset      boolean            not null default false,
  created_at    timestamptz        not null default now(),

  constraint sessions_pkey           primary key (username, portfolio_id, number),
  constraint sessions_portfolio_fkey foreign key (username, portfolio_id) references portfolios,
  constraint sessions_number_counts  check (number > 0),
  constraint sessions_end_has_a_why  check ((ended_at is null) = (end_reason is null))
);

create unique index sessions_one_runs on sessions (username, portfolio_id) where ended_at is null;

comment on table  sessions            is 'Stretches of a portfolio''s life, between which it was reset or begun anew.';
comment on column sessions.number     is 'From 1, within the portfolio.';
comment on column sessions.label      is 'What its user calls it, if anything.';
comment on column sessions.started_at is 'By the feed''s clock, the real one while the feed is empty; created_at is system time.';
comment on column sessions.ended_at   is 'Null for the one that runs.';
comment on column sessions.end_reason is 'reset, or why its user began a new one.';
comment on column sessions.is_reset   is 'It began with the portfolio''s first money again.';

-- sql/book/balance/table.sql
-- A balance is what a portfolio has of one currency: the sum of its ledger entries, and what open orders hold of it.

create table balances (
  username      text                not null,
  portfolio_id  uuid                not null,
  currency      text                not null,
  amount        shared_data.amount  not null default 0,
  held          shared_data.magnitude    not null default 0,

  constraint balances_pkey                primary key (username, portfolio_id, currency),
  constraint balances_portfolio_fkey      foreign key (username, portfolio_id) references portfolios,
  constraint balances_currency_fkey       foreign key (currency) references shared_data.currencies
) with (fillfactor = 60);

create index balances_currency_idx on balances (currency);

comment on table  balances        is 'Money per portfolio and currency.';
comment on column balances.amount is 'The sum of its ledger entries. Below zero only by facts that nobody could refuse.';
comment on column balances.held   is 'What open orders hold of it, so that it can''t be spent twice.';

-- sql/book/order/table.sql
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

-- sql/book/trade/table.sql
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

-- sql/book/execution/table.sql
-- An execution is a fill: a fact, numbered within its portfolio. Business time is apart from system time.

create table executions (
  username        text                  not null,
  portfolio_id    uuid                  not null,
  seq             bigint                not null,
  order_id        text                  not null,
  fill_id         text                  not null,
  part            smallint              not null default 1,
  trade_id        book_id               not null,
  symbol          text                  not null,
  strategy        text                  not null,
  side            shared_data.side          not null,
  quantity        shared_data.quantity  not null,
  price           shared_data.magnitude not null,
  multiplier      shared_data.quantity  not null,
  currency        text                  not null,
  fee             shared_data.amount    not null default 0,
  fee_currency    text                  not null,
  fee_components  jsonb,
  slippage        shared_data.amount    not null default 0,
  realized_pnl    shared_data.amount    not null default 0,
  rate            numeric,
  liquidity       shared_data.liquidity,
  price_source    shared_data.price_source  not null,
  quote_number    bigint,
  model           jsonb,
  executed_at     timestamptz           not null,
  created_at      timestamptz           not null default now(),
  available       shared_data.magnitude,

  constraint executions_pkey                    primary key (username, portfolio_id, seq),
  constraint executions_fill_once               unique (username, fill_id, portfolio_id, part),
  constraint executions_trade_fkey              foreign key (username, trade_id, portfolio_id)
                                                references trades (username, trade_id, portfolio_id),
  constraint executions_order_fkey              foreign key (username, order_id) references orders,
  constraint executions_seq_counts              check (seq > 0),
  constraint executions_price_is_nothing_at_end check (price > 0 or price_source = 'settlement'),
  constraint executions_part_counts             check (part > 0),
  constraint executions_rate_is_positive        check (rate > 0)
);

create index executions_order_idx on executions (username, order_id);
create index executions_trade_idx on executions (username, trade_id, portfolio_id);
create index executions_taken_idx on executions (username, portfolio_id, symbol, quote_number)
  where available is not null;
create index executions_results_idx on executions (username, portfolio_id, executed_at)
  where realized_pnl <> 0 or fee <> 0;

comment on table  executions                is 'Fills. Facts: never changed.';
comment on column executions.fill_id        is 'On paper order and quote, live the broker''s fill id: a fill enters once.';
comment on column executions.part           is 'A fill that crosses zero is two executions: one closes a trade, the other opens the next.';
comment on column executions.trade_id       is 'The trade that it is part of: the position''s life from flat to flat.';
comment on column executions.multiplier     is 'The instrument''s: value = quantity x price x multiplier.';
comment on column executions.fee_components is 'The fee by component of the venue''s fee rows; null where none matched.';
comment on column executions.slippage       is 'What one unit cost more than the price that the model began from; below zero never.';
comment on column executions.realized_pnl   is 'Gross, by average cost, in currency; fees are apart.';
comment on column executions.rate           is 'What one unit of fee_currency is worth in currency, where they differ.';
comment on column executions.price_source   is 'quote, history, mock, mark, settlement, or broker.';
comment on column executions.quote_number   is 'The quote of the feed that it filled at.';
comment on column executions.available      is 'What the quote had for this portfolio before this fill; null where its size sets no limit.';
comment on column executions.model          is 'How the price was made, with parameters.';
comment on column executions.executed_at    is 'Business time, by the feed''s clock.';

-- sql/book/ledger/table.sql
-- A ledger entry is money that moved. Entries are facts: never changed, numbered within their portfolio.

create table ledger_entries (
  username       text                not null,
  portfolio_id   uuid                not null,
  seq            bigint              not null,
  kind           text                not null,
  currency       text                not null,
  amount         shared_data.amount  not null,
  execution_seq  bigint,
  note           text,
  occurred_at    timestamptz         not null,
  created_at     timestamptz         not null default now(),
  session        integer             not null,

  constraint ledger_entries_pkey                 primary key (username, portfolio_id, seq),
  constraint ledger_entries_session_fkey         foreign key (username, portfolio_id, session) references sessions,
  constraint ledger_entries_execution_fkey       foreign key (username, portfolio_id, execution_seq)
                                                 references executions,
  constraint ledger_entries_seq_counts           check (seq > 0),
  constraint ledger_entries_kind_is_known        check (kind in ('deposit', 'withdrawal', 'settlement', 'fee',
                                                                 'dividend', 'interest', 'adjustment', 'reset')),
  constraint ledger_entries_trading_has_its_fill check (kind <> 'settlement' or execution_seq is not null),
  constraint ledger_entries_deposits_come_in     check (kind <> 'deposit' or amount > 0),
  constraint ledger_entries_withdrawals_go_out   check (kind <> 'withdrawal' or amount < 0)
);

create index ledger_entries_execution_idx on ledger_entries (username, execution_seq, portfolio_id);

comment on table  ledger_entries               is 'Every movement of money. Facts: never changed.';
comment on column ledger_entries.kind          is 'deposit, withdrawal and reset are flows, which are no returns; the rest is earned or paid.';
comment on column ledger_entries.amount        is 'Into the portfolio above zero, out of it below.';
comment on column ledger_entries.execution_seq is 'The execution that it settles or charges for, where there is one.';
comment on column ledger_entries.session       is 'The paper session that it was booked in.';
comment on column ledger_entries.occurred_at   is 'Business time; created_at is when it was stored.';

-- sql/book/position/table.sql
-- A position is what a portfolio has of a symbol for one strategy: the sum of its executions. Below zero is short.

create table positions (
  username       text                  not null,
  portfolio_id   uuid                  not null,
  symbol         text                  not null,
  strategy       text                  not null default '',
  trade_id       book_id,
  quantity       shared_data.amount    not null,
  cost           shared_data.amount    not null,
  average_price  numeric               generated always as (trim_scale(round(cost / nullif(quantity, 0), 12))) stored,
  currency       text                  not null,
  multiplier     shared_data.quantity  not null,
  realized_pnl   shared_data.amount    not null default 0,
  fees           shared_data.amount    not null default 0,
  opened_at      timestamptz,
  updated_at     timestamptz           not null,

  constraint positions_pkey                    primary key (username, portfolio_id, symbol, strategy),
  constraint positions_portfolio_fkey          foreign key (username, portfolio_id) references portfolios,
  constraint positions_symbol_fkey             foreign key (symbol) references shared_data.instruments,
  constraint positions_flat_cost_nothing       check (sign(quantity) = sign(cost)),
  constraint positions_flat_belong_to_no_trade check ((quantity = 0) = (trade_id is null))
) with (fillfactor = 60);

create index positions_symbol_idx on positions (symbol);

comment on table  positions               is 'What is held per symbol and strategy. Below zero is short; flat rows keep what was realized.';
comment on column positions.trade_id      is 'The trade that is open: this position''s life from flat to flat. Null while flat.';
comment on column positions.cost          is 'Quantity x price of what is held, by average cost; below zero when short.';
comment on column positions.average_price is 'cost / quantity; null while flat.';
comment on column positions.realized_pnl  is 'Gross, in currency, over all its trades.';
comment on column positions.fees          is 'In currency, over all its trades.';
comment on column positions.updated_at    is 'Business time of its newest execution.';

-- sql/book/audit/table.sql
-- The audit log is the event log: every act in a portfolio, numbered and hash-chained under the portfolio's lock.

create table audit_log (
  username           text         not null,
  portfolio_id       uuid         not null,
  seq                bigint       not null,
  operation          text         not null,
  actor              text         not null,
  details            jsonb        not null,
  ip_address         inet         default inet_client_addr(),
  session_id         text         default coalesce(nullif(current_setting('app.session_id', true), ''),
                                                   pg_backend_pid()::text),
  checksum           bytea        not null,
  previous_checksum  bytea,
  occurred_at        timestamptz  not null,

  constraint audit_log_pkey                primary key (username, portfolio_id, seq),
  constraint audit_log_portfolio_fkey      foreign key (username, portfolio_id) references portfolios,
  constraint audit_log_chain_never_forks   unique nulls not distinct (username, previous_checksum, portfolio_id),
  constraint audit_log_seq_counts          check (seq > 0),
  constraint audit_log_chain_has_one_start check ((seq = 1) = (previous_checksum is null)),
  constraint audit_log_checksum_is_sha256  check (octet_length(checksum) = 32)
);

create index audit_log_trade_idx      on audit_log (username, (details ->> 'trade_id')) where details ? 'moves';
create index audit_log_next_trade_idx on audit_log (username, (details ->> 'next_trade_id'))
  where details ? 'next_moves';

comment on table  audit_log                   is 'Every act, in order, each chained to the one before it. Facts: never changed.';
comment on column audit_log.actor             is 'The user, the venue, or the login of an administrator.';
comment on column audit_log.details           is 'What happened, enough to rebuild it; numbers are strings without trailing zeros.';
comment on column audit_log.session_id        is 'The setting app.session_id where the application sets one, else the backend''s number.';
comment on column audit_log.checksum          is 'sha256 of this row and of previous_checksum, see checksum_of.';
comment on column audit_log.occurred_at       is 'System time, to the microsecond.';

-- sql/book/unmatched/table.sql
-- Where matching has to catch up: this portfolio, from this quote of this symbol on. A resting order enters itself when
-- placed, since its quote may come before it commits; a quote enters a portfolio that somebody else holds.

create table unmatched (
  username      text    not null,
  portfolio_id  uuid    not null,
  symbol        text    not null,
  from_number   bigint  not null,
  cause         text    not null,
  feed_owner    text    not null,
  feed          text    not null,

  constraint unmatched_pkey           primary key (username, portfolio_id, symbol, from_number, cause),
  constraint unmatched_portfolio_fkey foreign key (username, portfolio_id) references portfolios,
  constraint unmatched_cause_is_known check (cause in ('placed', 'skipped', 'failed'))
);

create index unmatched_feed_idx on unmatched (feed_owner, feed, symbol);

comment on table  unmatched             is 'Quotes that a portfolio has yet to be matched with. Whoever next takes its lock works them off first.';
comment on column unmatched.from_number is 'From this quote of the feed on.';
comment on column unmatched.cause       is 'placed: an order came to rest; skipped: the portfolio was held; failed: an error, told as a WARNING. '
                                           'Part of the key, so that a quote never waits for whoever holds the portfolio.';

-- sql/book/snapshot/table.sql
-- Snapshots: what a portfolio, its positions and its trades were worth at a moment. Partitioned by when they were
-- taken; kept for 30 days, since daily_summary reckons the past from facts. A moment is a quote's number and an
-- event's: taken twice, it is stored once.

create table portfolio_snapshots (
  username         text                not null,
  portfolio_id     uuid                not null,
  feed_number      bigint              not null,
  event_seq        bigint              not null,
  session          integer             not null,
  base_currency    text                not null,
  cash             shared_data.amount,
  held             shared_data.amount,
  positions_value  shared_data.amount,
  equity           shared_data.amount,
  realized_pnl     shared_data.amount,
  unrealized_pnl   shared_data.amount,
  fees             shared_data.amount,
  unknown          text,
  taken_at         timestamptz         not null,
  created_at       timestamptz         not null default now(),

  constraint portfolio_snapshots_pkey           primary key (username, portfolio_id, feed_number, event_seq,
                                                             created_at),
  constraint portfolio_snapshots_portfolio_fkey foreign key (username, portfolio_id) references portfolios
) partition by range (created_at);

create table position_snapshots (
  username        text                  not null,
  portfolio_id    uuid                  not null,
  symbol          text                  not null,
  strategy        shared_data.strategy  not null,
  feed_number     bigint                not null,
  event_seq       bigint                not null,
  trade_id        book_id               not null,
  quantity        shared_data.amount    not null,
  average_price   numeric               not null,
  currency        text                  not null,
  mark            shared_data.price,
  market_value    shared_data.amount,
  unrealized_pnl  shared_data.amount,
  realized_pnl    shared_data.amount    not null,
  fees            shared_data.amount    not null,
  taken_at        timestamptz           not null,
  created_at      timestamptz           not null default now(),

  constraint position_snapshots_pkey          primary key (username, portfolio_id, symbol, strategy, feed_number,
                                                           event_seq, created_at),
  constraint position_snapshots_position_fkey foreign key (username, portfolio_id, symbol, strategy)
                                              references positions
) partition by range (created_at);

create table price_snapshots (
  username        text                   not null,
  trade_id        book_id                not null,
  feed_number     bigint                 not null,
  event_seq       bigint                 not null,
  price           shared_data.price      not null,
  marked_by       text                   not null,
  marked_at       timestamptz            not null,
  unrealized_pnl  shared_data.amount     not null,
  mfe             shared_data.magnitude  not null,
  mae             shared_data.amount     not null,
  taken_at        timestamptz            not null,
  created_at      timestamptz            not null default now(),

  constraint price_snapshots_pkey       primary key (username, trade_id, feed_number, event_seq, created_at),
  constraint price_snapshots_trade_fkey foreign key (username, trade_id) references trades on delete cascade
) partition by range (created_at);

-- By which remove_snapshots finds what is too old, without reading what isn't.
create index portfolio_snapshots_age_idx on portfolio_snapshots (created_at);
create index position_snapshots_age_idx  on position_snapshots  (created_at);
create index price_snapshots_age_idx     on price_snapshots     (created_at);

create table portfolio_snapshots_default partition of portfolio_snapshots default;
create table position_snapshots_default  partition of position_snapshots  default;
create table price_snapshots_default     partition of price_snapshots     default;

comment on table  portfolio_snapshots             is 'What portfolios were worth at moments, as portfolio_summary told it.';
comment on table  position_snapshots              is 'What positions were worth at moments, as open_positions told it.';
comment on table  price_snapshots                 is 'The marks of open trades at moments, with their excursions until then.';
comment on table  portfolio_snapshots_default     is 'Snapshots that no monthly partition takes.';
comment on table  position_snapshots_default      is 'Snapshots that no monthly partition takes.';
comment on table  price_snapshots_default         is 'Snapshots that no monthly partition takes.';
comment on column portfolio_snapshots.feed_number is 'The newest quote of its feed then.';
comment on column portfolio_snapshots.event_seq   is 'Its newest event then.';
comment on column portfolio_snapshots.unknown     is 'Why figures are null, where they are.';
comment on column portfolio_snapshots.taken_at    is 'Business time, by the feed''s clock; created_at is system time.';
comment on column position_snapshots.trade_id     is 'The trade that it was in.';
comment on column position_snapshots.mark         is 'What it could have been closed at; null where nothing marked it.';
comment on column price_snapshots.price           is 'What it could have been closed at, in the instrument''s currency.';
comment on column price_snapshots.marked_by       is 'bid, ask, last, or other side.';
comment on column price_snapshots.marked_at       is 'The quote''s time.';

-- sql/book/adjustment/table.sql
-- A position adjustment is what a split or a symbol change did to a position and its trade. Facts: with the executions
-- they add up to what is held.

create table position_adjustments (
  username        text                  not null,
  portfolio_id    uuid                  not null,
  action_number   bigint                not null,
  symbol          text                  not null,
  strategy        shared_data.strategy  not null,
  trade_id        book_id               not null,
  quantity_delta  shared_data.amount    not null,
  cost_delta      shared_data.amount    not null,
  entered_delta   shared_data.amount    not null,
  exited_delta    shared_data.amount    not null,
  adjusted_at     timestamptz           not null,
  created_at      timestamptz           not null default now(),

  constraint position_adjustments_pkey          primary key (username, portfolio_id, action_number, symbol, strategy),
  constraint position_adjustments_position_fkey foreign key (username, portfolio_id, symbol, strategy)
                                                references positions,
  constraint position_adjustments_trade_fkey    foreign key (username, trade_id, portfolio_id)
                                                references trades (username, trade_id, portfolio_id)
);

create index position_adjustments_position_idx on position_adjustments (username, portfolio_id, symbol, strategy);
create index position_adjustments_trade_idx    on position_adjustments (username, trade_id, portfolio_id);

comment on table  position_adjustments                is 'What splits and symbol changes did to positions and trades. Facts: never changed.';
comment on column position_adjustments.action_number  is 'The corporate action of the portfolio''s feed.';
comment on column position_adjustments.quantity_delta is 'What it added to the position.';
comment on column position_adjustments.cost_delta     is 'What it added to its cost: nothing but where the position went to another symbol.';
comment on column position_adjustments.entered_delta  is 'What it added to the trade''s entry_quantity; exited_delta to its exit_quantity.';
comment on column position_adjustments.adjusted_at    is 'Business time; created_at is when it was stored.';

-- sql/book/alarm/table.sql
-- An alarm is something that a person should look at: what a broker did that no rule foresaw, or a margin call.

create table alarms (
  username         text                     not null,
  alarm_id         uuid                     not null default shared_data.uuid7(),
  portfolio_id     uuid                     not null,
  kind             text                     not null,
  severity         text                     not null,
  order_id         text,
  details          shared_data.json_object  not null default '{}',
  raised_at        timestamptz              not null default now(),
  acknowledged_at  timestamptz,
  acknowledged_by  text,

  constraint alarms_pkey                   primary key (username, alarm_id),
  constraint alarms_portfolio_fkey         foreign key (username, portfolio_id) references portfolios,
  constraint alarms_order_fkey             foreign key (username, order_id) references orders,
  constraint alarms_kind_is_a_word         check (kind ~ '^[a-z_]{1,40}$'),
  constraint alarms_severity_is_known      check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint alarms_acknowledged_by_whom   check ((acknowledged_at is null) = (acknowledged_by is null))
);

create index alarms_portfolio_idx on alarms (username, portfolio_id, raised_at);
create index alarms_order_idx     on alarms (username, order_id);

comment on table  alarms                 is 'What a person should look at. Facts, but for who has seen them.';
comment on column alarms.kind            is 'What happened, in a word: late_fill, overfill, order_held, exit_refused, unknown_status and more';
comment on column alarms.severity        is 'LOW, MEDIUM, HIGH or CRITICAL: how soon to look.';
comment on column alarms.order_id        is 'The order that it is about, where there is one.';
comment on column alarms.details         is 'What is known of it; numbers as strings.';
comment on column alarms.acknowledged_at is 'When its user said that he had seen it; null until then.';
