-- What a broker calls an instrument, where it isn't our name for it.

create table shared_data.broker_symbols (
  broker         shared_data.broker  not null,
  symbol         text                not null,
  broker_symbol  text                not null,

  constraint broker_symbols_pkey            primary key (broker, symbol),
  constraint broker_symbols_name_is_the_only unique (broker, broker_symbol),
  constraint broker_symbols_instrument_fkey foreign key (symbol) references shared_data.instruments,
  constraint broker_symbols_name_is_short   check (broker_symbol ~ '^[[:graph:]]{1,64}$')
);

create index broker_symbols_symbol_idx on shared_data.broker_symbols (symbol);

comment on table  shared_data.broker_symbols               is 'What brokers call instruments, where it isn''t our name: BTCUSD is XBTUSD at Kraken.';
comment on column shared_data.broker_symbols.broker_symbol is 'As the broker''s orders and quotes take it.';
