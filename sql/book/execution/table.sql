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
