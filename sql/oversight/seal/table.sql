-- A seal takes the ends of a book's chains into one digest, chained to the seal before it. Kept elsewhere, that digest
-- proves that nothing before it was changed since.

create table oversight.seals (
  book             text         not null,
  number           bigint       not null,
  chains           bigint       not null,
  root             bytea        not null,
  previous_digest  bytea,
  digest           bytea        not null,
  sealed_by        text         not null,
  sealed_at        timestamptz  not null,

  constraint seals_pkey                primary key (book, number),
  constraint seals_book_is_known       check (book in ('paper', 'live', 'oversight')),
  constraint seals_number_counts       check (number > 0),
  constraint seals_chain_has_one_start check ((number = 1) = (previous_digest is null)),
  constraint seals_chain_never_forks   unique nulls not distinct (book, previous_digest),
  constraint seals_digests_are_sha256  check (octet_length(digest) = 32 and octet_length(root) = 32)
);

create table oversight.sealed_heads (
  username      text    not null,
  book          text    not null,
  portfolio_id  uuid,
  seal          bigint  not null,
  place         bigint  not null,
  seq           bigint  not null,
  checksum      bytea   not null,

  constraint sealed_heads_once_a_seal unique nulls not distinct (username, book, portfolio_id, seal),
  constraint sealed_heads_seal_fkey   foreign key (book, seal) references oversight.seals,
  constraint sealed_heads_place_counts check (place > 0)
);

create index sealed_heads_seal_idx on oversight.sealed_heads (book, seal, place);

comment on table  oversight.seals               is 'Digests over all chains of a book, each chained to the one before it. Facts: never changed.';
comment on column oversight.seals.book          is 'paper, live, or oversight: the log outside the books.';
comment on column oversight.seals.chains        is 'How many chains had grown since the seal before it: the leaves of its tree.';
comment on column oversight.seals.root          is 'The Merkle tree hash of RFC 6962 over them, in the order of their names.';
comment on column oversight.seals.digest        is 'sha256 of the seal and of previous_digest: what is to be kept elsewhere. docs/audit.md says which bytes.';
comment on column oversight.seals.sealed_by     is 'The administrator, or the login that acted for none.';
comment on column oversight.seals.sealed_at     is 'System time.';
comment on table  oversight.sealed_heads        is 'Where a chain ended when it was sealed; of a seal, the chains that had grown. Facts: never changed.';
comment on column oversight.sealed_heads.seal   is 'The number of the seal; place is the leaf of its tree, from 1.';
comment on column oversight.sealed_heads.seq    is 'The number of the chain''s newest row then, checksum its checksum.';

-- How far each chain was found whole: where verifying onward begins.
create table oversight.verified (
  username      text         not null,
  book          text         not null,
  portfolio_id  uuid,
  seq           bigint       not null,
  checksum      bytea        not null,
  verified_at   timestamptz  not null default now(),

  constraint verified_once      unique nulls not distinct (username, book, portfolio_id),
  constraint verified_seq_counts check (seq > 0)
);

comment on table  oversight.verified             is 'Up to which event each chain was found whole, and its state what the events say.';
comment on column oversight.verified.checksum    is 'That event''s, so that a change behind it is found.';
comment on column oversight.verified.verified_at is 'System time.';
