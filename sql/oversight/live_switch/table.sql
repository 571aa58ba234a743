-- Whether live trading is halted, for everybody: one row.

create table oversight.live_switch (
  the_only        boolean      not null default true,
  halted_at       timestamptz,
  halted_because  text,
  halted_by       text,

  constraint live_switch_pkey            primary key (the_only),
  constraint live_switch_is_the_only     check (the_only),
  constraint live_switch_halts_say_why   check ((halted_at is null) = (halted_because is null)
                                                and (halted_at is null) = (halted_by is null))
);

comment on table  oversight.live_switch                is 'Whether live trading is halted, for everybody: one row.';
comment on column oversight.live_switch.halted_at      is 'Since when nothing may increase live exposure; null while it may.';
comment on column oversight.live_switch.halted_because is 'Why, in words for every user.';
comment on column oversight.live_switch.halted_by      is 'The administrator, or the monitor''s login.';
