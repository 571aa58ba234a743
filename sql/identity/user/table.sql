-- A user is a person who trades, or who administers. The directory of users is the one thing unique across all of them.

create table identity.users (
  username         text        not null,
  email            text,
  role             text        not null default 'USER',
  status           text        not null default 'PENDING_VERIFICATION',
  password_hash    text,
  metadata         bytea,
  version          shared_data.version not null default 1,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  closed_at        timestamptz,

  constraint users_pkey                     primary key (username),
  constraint users_username_is_a_plain_word check (username ~ '^[a-z][a-z0-9_.-]{0,62}$'),
  constraint users_venue_is_nobody          check (username <> 'venue'),
  constraint users_email_looks_like_one     check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  constraint users_role_is_known            check (role in ('USER', 'ADMIN', 'SUPERADMIN')),
  constraint users_status_is_known          check (status in ('PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'CLOSED')),
  constraint users_password_is_hashed       check (password_hash ~ '^\$(argon2(id|i|d)|2[aby])\$'),
  constraint users_closing_is_dated         check ((status = 'CLOSED') = (closed_at is not null))
);

create unique index users_email_is_the_only on identity.users (lower(email));

comment on table  identity.users               is 'People who trade or administer. Closed, never deleted.';
comment on column identity.users.username      is 'The tenant key: lower case, immutable, first in every key of a user''s data. market and venue are nobody''s.';
comment on column identity.users.email         is 'The only personal datum kept in clear.';
comment on column identity.users.password_hash is 'argon2 or bcrypt, made by the client; never a password.';
comment on column identity.users.metadata      is 'Encrypted by the client before it comes here.';
comment on column identity.users.version       is 'Counts edits, for optimistic locking.';
