-- Which identity is installed: whether the setting app.current_user is believed as it stands, or has to prove itself.

create table identity.chosen_identity (
  is_the_only  boolean      not null default true,
  kind         text         not null default 'trusted',
  chosen_at    timestamptz  not null default now(),

  constraint chosen_identity_pkey          primary key (is_the_only),
  constraint chosen_identity_is_the_only   check (is_the_only),
  constraint chosen_identity_kind_is_known check (kind in ('trusted', 'signed'))
);

comment on table  identity.chosen_identity           is 'Which identity is installed: one row.';
comment on column identity.chosen_identity.kind      is 'trusted: app.current_user is a username, and believed; signed: it is a token.';
comment on column identity.chosen_identity.chosen_at is 'When the installer last changed his mind.';
