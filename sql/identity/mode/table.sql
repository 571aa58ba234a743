-- The book that a user means to trade in. Paper, until more than one yes says otherwise.

create table identity.modes (
  username          text         not null,
  active_mode       text         not null default 'paper',
  last_mode_change  timestamptz,
  is_live_allowed   boolean      not null default false,

  constraint modes_pkey          primary key (username),
  constraint modes_user_fkey     foreign key (username) references identity.users,
  constraint modes_mode_is_known check (active_mode in ('paper', 'live'))
);

comment on table  identity.modes                  is 'Each user''s trading mode: paper by default, always.';
comment on column identity.modes.last_mode_change is 'Null while the user has never switched.';
comment on column identity.modes.is_live_allowed  is 'The administrator''s yes: whether this user may switch to live and increase exposure there.';
