-- What somebody tried that isn't his to do: seen, stored, and told to whoever watches.

create table oversight.security_events (
  username         text                     not null,
  event_id         uuid                     not null default shared_data.uuid7(),
  book             text,
  kind             shared_data.label        not null,
  severity         text                     not null,
  details          shared_data.json_object  not null default '{}',
  actor            text                     not null default session_user,
  ip_address       inet                     default inet_client_addr(),
  session_id       text                     default coalesce(nullif(current_setting('app.session_id', true), ''),
                                                             pg_backend_pid()::text),
  occurred_at      timestamptz              not null default clock_timestamp(),
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  acknowledgement  text,

  constraint security_events_pkey                   primary key (username, event_id),
  constraint security_events_book_is_known          check (book in ('paper', 'live')),
  constraint security_events_severity_is_known      check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  constraint security_events_are_acknowledged_whole check (num_nulls(acknowledged_at, acknowledged_by, acknowledgement)
                                                           in (0, 3))
);

create index security_events_repeated_idx on oversight.security_events (username, kind, occurred_at);
create index security_events_alerted_idx  on oversight.security_events (event_id);

comment on table  oversight.security_events                 is 'What was tried and refused, or found wrong. Facts: only acknowledged, once.';
comment on column oversight.security_events.username        is 'The user that was set; empty where none was.';
comment on column oversight.security_events.event_id        is 'What the channel twinbook_alerts is told, and all that it is told.';
comment on column oversight.security_events.book            is 'The book that the session was in; null outside the books.';
comment on column oversight.security_events.kind            is 'What it was, such as live order in paper mode.';
comment on column oversight.security_events.severity        is 'LOW, MEDIUM, HIGH or CRITICAL: it rises with each repetition within an hour.';
comment on column oversight.security_events.details         is 'What was seen of it; never another user''s data.';
comment on column oversight.security_events.actor           is 'The login that the session began with.';
comment on column oversight.security_events.acknowledgement is 'What an administrator found out about it.';
