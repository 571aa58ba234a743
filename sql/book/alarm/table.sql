-- An alarm is something that a person should look at: what a broker did that no rule foresaw, or a margin call.

create table alarms (
  username         text                     not null,
  alarm_id         uuid                     not null default shared_data.uuid7(),
  portfolio_id     uuid                     not null,
  kind             text                     not null,
  severity         text                     not null,
  order_id         text,
  details          shared_data.json_object  not null default '{}',
  raised_at        timestamptz              not null default now(),
  acknowledged_at  timestamptz,
  acknowledged_by  text,

  constraint alarms_pkey                   primary key (username, alarm_id),
  constraint alarms_portfolio_fkey         foreign key (username, portfolio_id) references portfolios,
  constraint alarms_order_fkey             foreign key (username, order_id) references orders,
  constraint alarms_kind_is_a_word         check (kind ~ '^[a-z_]{1,40}$'),
  constraint alarms_severity_is_known      check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint alarms_acknowledged_by_whom   check ((acknowledged_at is null) = (acknowledged_by is null))
);

create index alarms_portfolio_idx on alarms (username, portfolio_id, raised_at);
create index alarms_order_idx     on alarms (username, order_id);

comment on table  alarms                 is 'What a person should look at. Facts, but for who has seen them.';
comment on column alarms.kind            is 'What happened, in a word: late_fill, overfill, order_held, exit_refused, unknown_status and more';
comment on column alarms.severity        is 'LOW, MEDIUM, HIGH or CRITICAL: how soon to look.';
comment on column alarms.order_id        is 'The order that it is about, where there is one.';
comment on column alarms.details         is 'What is known of it; numbers as strings.';
comment on column alarms.acknowledged_at is 'When its user said that he had seen it; null until then.';
