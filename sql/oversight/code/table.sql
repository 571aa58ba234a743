-- What code was loaded: each trigger, policy, view and function, with a fingerprint of what it does.

create table oversight.loaded_code (
  kind         text  not null,
  name         text  not null,
  fingerprint  text  not null,

  constraint loaded_code_pkey          primary key (kind, name),
  constraint loaded_code_kind_is_known check (kind in ('trigger', 'policy', 'view', 'function', 'twins'' difference'))
);

comment on table  oversight.loaded_code             is 'The code as it was loaded, to compare with. Written anew by each load.';
comment on column oversight.loaded_code.kind        is 'trigger, policy, view, function; or a part in which the books differ: the venue''s.';
comment on column oversight.loaded_code.fingerprint is 'md5 of what it does.';
