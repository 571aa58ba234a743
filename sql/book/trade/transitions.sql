-- The moves of a trade. The ends are ends.
insert into trade_transitions (from_status, to_status)
values ('PENDING', 'PARTIALLY_FILLED'), ('PENDING', 'OPEN'), ('PENDING', 'CANCELED'),
       ('PARTIALLY_FILLED', 'OPEN'), ('PARTIALLY_FILLED', 'CLOSING'),
       ('OPEN', 'OPEN'), ('OPEN', 'CLOSING'), ('OPEN', 'CLOSED'), ('OPEN', 'EXPIRED'),
       ('CLOSING', 'CLOSING'), ('CLOSING', 'OPEN'), ('CLOSING', 'CLOSED'), ('CLOSING', 'EXPIRED')
on conflict do nothing;
