-- sql/venue/live/outbox/table.sql
-- What is sent to a broker: an order, or a part of one, from before it leaves until it is over. It is written with its
-- order, in one transaction; a worker carries it out. One that may have landed is never sent again unless that is
-- proven safe.

create table order_outbox (
  username           text                       not null,
  client_id          uuid                       not null default gen_random_uuid(),
  portfolio_id       uuid                       not null,
  order_id           book_id                    not null,
  broker             shared_data.broker         not null,
  account            text                       not null,
  side               shared_data.side           not null,
  effect             text                       not null,
  order_type         shared_data.order_type     not null,
  time_in_force      shared_data.time_in_force  not null,
  quantity           shared_data.quantity       not null,
  limit_price        shared_data.price,
  stop_price         shared_data.price,
  state              text                       not null default 'QUEUED',
  is_unwanted        boolean                    not null default false,
  new_quantity       shared_data.quantity,
  new_limit_price    shared_data.price,
  new_stop_price     shared_data.price,
  change_state       text,
  broker_order_id    text,
  broker_status      text,
  filled_quantity    shared_data.magnitude      not null default 0,
  filled_value       shared_data.magnitude      not null default 0,
  attempts           integer                    not null default 0,
  not_before         timestamptz                not null default now(),
  message            text,
  created_at         timestamptz                not null default now(),
  sending_at         timestamptz,
  placed_at          timestamptz,
  confirmed_at       timestamptz,
  over_at            timestamptz,

  constraint order_outbox_pkey                   primary key (username, client_id),
  constraint order_outbox_order_fkey             foreign key (username, order_id) references orders,
  constraint order_outbox_account_fkey           foreign key (username, broker, account)
                                                 references identity.broker_accounts,
  constraint order_outbox_portfolio_fkey         foreign key (username, portfolio_id) references portfolios,
  constraint order_outbox_broker_id_is_the_only  unique (username, broker, account, broker_order_id),
  constraint order_outbox_effect_is_known        check (effect in ('open', 'close')),
  constraint order_outbox_state_is_known         check (state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'OVER',
                                                                  'REFUSED', 'WITHDRAWN', 'HELD')),
  constraint order_outbox_intent_comes_first     check (sending_at is not null or state in ('QUEUED', 'WITHDRAWN')),
  constraint order_outbox_placed_has_its_id      check (state not in ('PLACED', 'WORKING', 'OVER')
                                                        or broker_order_id is not null),
  constraint order_outbox_ends_have_a_time       check ((state in ('OVER', 'REFUSED', 'WITHDRAWN'))
                                                        = (over_at is not null)),
  constraint order_outbox_change_is_known        check (change_state in ('ASKED', 'SENT')),
  constraint order_outbox_change_says_what       check ((change_state is not null)
                                                        = (num_nonnulls(new_quantity, new_limit_price,
                                                                        new_stop_price) > 0))
);

create index order_outbox_order_idx     on order_outbox (username, order_id);
create index order_outbox_portfolio_idx on order_outbox (username, portfolio_id, over_at);
create index order_outbox_due_idx       on order_outbox (username, broker, account, not_before)
  where state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD');

comment on table  order_outbox                 is 'What is sent to brokers: orders or parts of them, from before they leave until they are over.';
comment on column order_outbox.client_id       is 'What the broker knows it by from us; made here, before anything is sent.';
comment on column order_outbox.effect          is 'open or close: whether it increases exposure or reduces it.';
comment on column order_outbox.quantity        is 'Of a trade''s exit a part of its order''s quantity, else all of it.';
comment on column order_outbox.state           is 'QUEUED; SENDING: it may have landed; PLACED: the broker gave it an id; WORKING: read back; '
                                                  'HELD: a person decides; ended: OVER, REFUSED, WITHDRAWN (never sent).';
comment on column order_outbox.is_unwanted     is 'It is to be canceled at the broker, or not to be sent at all.';
comment on column order_outbox.new_quantity    is 'What a replacement asks for; likewise the new prices.';
comment on column order_outbox.change_state    is 'ASKED: the replacement is to be sent; SENT: it may have taken effect.';
comment on column order_outbox.broker_order_id is 'The broker''s id; a replacement may change it.';
comment on column order_outbox.broker_status   is 'The broker''s own word for where it stands.';
comment on column order_outbox.filled_quantity is 'What of it is recorded as executions; filled_value is quantity x price of them.';
comment on column order_outbox.not_before      is 'When a worker looks at it again.';
comment on column order_outbox.message         is 'What the broker last said about it, without secrets.';
comment on column order_outbox.sending_at      is 'The intent to send, stored and committed before the request.';
comment on column order_outbox.confirmed_at    is 'When the broker''s own list or answer first showed it.';

-- What may follow what; trigger and tests read the same rows.
create table outbox_transitions (
  from_state  text  not null,
  to_state    text  not null,

  constraint outbox_transitions_pkey primary key (from_state, to_state)
);
comment on table outbox_transitions is 'Which state of the outbox may follow which.';

-- sql/venue/live/difference/table.sql
-- Where a live portfolio and its broker's account disagree. A row stays open until they agree again, or its user
-- accepts what the broker says.

create table reconciliation_differences (
  username       text                not null,
  difference_id  uuid                not null default shared_data.uuid7(),
  portfolio_id   uuid                not null,
  kind           text                not null,
  key            text                not null,
  in_book        shared_data.amount  not null,
  at_broker      shared_data.amount  not null,
  severity       text                not null,
  state          text                not null default 'OPEN',
  times_seen     integer             not null default 1,
  first_seen_at  timestamptz         not null default now(),
  last_seen_at   timestamptz         not null default now(),
  closed_at      timestamptz,
  reason         text,

  constraint reconciliation_differences_pkey              primary key (username, difference_id),
  constraint reconciliation_differences_portfolio_fkey    foreign key (username, portfolio_id) references portfolios,
  constraint reconciliation_differences_kind_is_known     check (kind in ('cash', 'position', 'order')),
  constraint reconciliation_differences_severity_is_known check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint reconciliation_differences_state_is_known    check (state in ('OPEN', 'AGREED', 'ACCEPTED')),
  constraint reconciliation_differences_end_is_dated      check ((state = 'OPEN') = (closed_at is null)),
  constraint reconciliation_differences_accepted_say_why  check ((state = 'ACCEPTED') = (reason is not null)),
  constraint reconciliation_differences_are_seen          check (times_seen > 0)
);

create unique index reconciliation_differences_open_once
  on reconciliation_differences (username, portfolio_id, kind, key)
  where state = 'OPEN';
create index reconciliation_differences_portfolio_idx
  on reconciliation_differences (username, portfolio_id, last_seen_at);

comment on table  reconciliation_differences            is 'Where live portfolios and their broker''s accounts disagree.';
comment on column reconciliation_differences.kind       is 'cash: an amount of a currency; position: a symbol''s quantity; order: an open order of nobody''s here.';
comment on column reconciliation_differences.key        is 'The currency, the symbol, or the broker''s order id.';
comment on column reconciliation_differences.in_book    is 'What the book has.';
comment on column reconciliation_differences.at_broker  is 'What the broker told.';
comment on column reconciliation_differences.severity   is 'HIGH and CRITICAL halt what increases the portfolio''s exposure, once seen twice.';
comment on column reconciliation_differences.state      is 'OPEN; AGREED: they agree again; ACCEPTED: its user booked what the broker says.';
comment on column reconciliation_differences.times_seen is 'In how many syncs in a row; one alone may be a fill that was on its way.';
comment on column reconciliation_differences.reason     is 'Why it was accepted, in its user''s words.';

-- sql/venue/live/worker/types.sql
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
