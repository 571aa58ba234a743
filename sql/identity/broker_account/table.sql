-- A user's account at a broker: how to reach it, what it last told, and which worker has it now.

create table identity.broker_accounts (
  username           text                     not null,
  broker             shared_data.broker       not null,
  account            text                     not null,
  environment        text                     not null,
  address            text,
  credentials        text                     not null,
  is_active          boolean                  not null default true,
  version            shared_data.version      not null default 1,
  created_at         timestamptz              not null default now(),
  updated_at         timestamptz              not null default now(),
  cash               shared_data.json_object,
  holdings           shared_data.json_object,
  equity             numeric,
  equity_currency    text,
  synced_at          timestamptz,
  fills_until        timestamptz,
  last_error         text,
  nonce              bigint                   not null default 0,
  leased_by          text,
  leased_until       timestamptz,
  choices            shared_data.json_object  not null default '{}',
  counters           shared_data.json_object  not null default '{}',

  constraint broker_accounts_pkey                 primary key (username, broker, account),
  constraint broker_accounts_user_fkey            foreign key (username) references identity.users,
  constraint broker_accounts_broker_is_one        check (broker <> 'none'),
  constraint broker_accounts_account_is_short     check (account ~ '^[[:graph:]]{1,64}$'),
  constraint broker_accounts_environment_is_known check (environment in ('sandbox', 'production')),
  constraint broker_accounts_are_encrypted        check (credentials ~ '^gAAAAA'),
  constraint broker_accounts_address_is_one       check (address ~ '^https?://[[:graph:]]+$'),
  constraint broker_accounts_nonce_rises          check (nonce >= 0),
  constraint broker_accounts_lease_has_an_end     check ((leased_by is null) = (leased_until is null))
);

comment on table  identity.broker_accounts              is 'Users'' accounts at brokers: how to reach them, what they last told, which worker has them.';
comment on column identity.broker_accounts.environment  is 'sandbox or production: where the credentials are valid.';
comment on column identity.broker_accounts.address      is 'Another server than the broker''s own, such as a stand-in of it; null for its own.';
comment on column identity.broker_accounts.credentials  is 'A Fernet token, encrypted by the client; never clear text.';
comment on column identity.broker_accounts.version      is 'Counts the user''s own edits, for optimistic locking.';
comment on column identity.broker_accounts.cash         is 'As last told, by currency: {"USD": {"amount": "9.50", "buying_power": "19"}}; null before the first sync.';
comment on column identity.broker_accounts.holdings     is 'As last told, by symbol of ours: {"AAPL": {"quantity": "-5", "cost": "-900"}}; short below zero.';
comment on column identity.broker_accounts.synced_at    is 'When cash and holdings were read.';
comment on column identity.broker_accounts.fills_until  is 'Orders and fills are read up to here; the next reading begins somewhat before.';
comment on column identity.broker_accounts.last_error   is 'What the last sync failed of; null after one that succeeded.';
comment on column identity.broker_accounts.choices      is 'What its broker lets one choose, such as {"tier": "pro"}; what isn''t chosen is the safest.';
comment on column identity.broker_accounts.nonce        is 'The last number that a request of its key carried.';
comment on column identity.broker_accounts.counters     is 'What is used of its rate limits, by name: moments and amounts; the next worker goes on from it.';
comment on column identity.broker_accounts.leased_by    is 'The worker that has it; nobody else talks to the broker for it until leased_until.';
