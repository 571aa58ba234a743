-- What tokens are signed with. Keys turn: one signs, older ones verify until they retire.

create table identity.signing_keys (
  key_id      text         not null,
  inner_pad   bytea,
  outer_pad   bytea,
  created_at  timestamptz  not null default now(),
  retires_at  timestamptz,

  constraint signing_keys_pkey               primary key (key_id),
  constraint signing_keys_id_is_a_number     check (key_id ~ '^[1-9][0-9]*$'),
  constraint signing_keys_pads_are_blocks    check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64),
  constraint signing_keys_lose_both_pads     check ((inner_pad is null) = (outer_pad is null)),
  constraint signing_keys_in_use_are_there   check (inner_pad is not null or retires_at is not null)
);

create unique index signing_keys_one_signs on identity.signing_keys ((retires_at is null)) where retires_at is null;

comment on table  identity.signing_keys            is 'Secret: keys of the signed identity''s tokens.';
comment on column identity.signing_keys.key_id     is 'A number, counted from 1; tokens name it.';
comment on column identity.signing_keys.inner_pad  is 'The key, each octet xor 0x36, padded to a block of SHA-256 (RFC 2104); erased some time after it retires.';
comment on column identity.signing_keys.outer_pad  is 'The key, each octet xor 0x5c, padded likewise.';
comment on column identity.signing_keys.retires_at is 'From when it verifies nothing; null for the one that signs.';
