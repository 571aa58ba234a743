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
