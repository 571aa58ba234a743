-- A maintenance window is a time in which protections may be taken down: opened by an administrator, with a reason and
-- an end, and kept for ever.

create table oversight.maintenance (
  window_id  uuid         not null default shared_data.uuid7(),
  reason     text         not null,
  opened_by  text         not null,
  opened_at  timestamptz  not null default clock_timestamp(),
  closes_at  timestamptz  not null,
  closed_at  timestamptz,
  closed_by  text,

  constraint maintenance_pkey          primary key (window_id),
  constraint maintenance_has_a_reason  check (btrim(reason) <> ''),
  constraint maintenance_is_limited    check (closes_at > opened_at and closes_at <= opened_at + interval '1 day'),
  constraint maintenance_end_is_signed check ((closed_at is null) = (closed_by is null))
);

comment on table  oversight.maintenance           is 'Windows in which protections may be taken down. Facts: closed, never removed.';
comment on column oversight.maintenance.opened_by is 'The administrator, or the login that acted for nobody.';
comment on column oversight.maintenance.closes_at is 'When it ends by itself: at most a day after it was opened.';
comment on column oversight.maintenance.closed_at is 'When somebody ended it sooner; null where nobody did.';
