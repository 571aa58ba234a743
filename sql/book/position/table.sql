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
