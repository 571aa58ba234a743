-- The moves of an order. On paper the ends are ends; the live venue adds what a broker may tell late.
insert into order_transitions (from_status, to_status)
values ('PENDING', 'OPEN'), ('PENDING', 'PARTIALLY_FILLED'), ('PENDING', 'FILLED'), ('PENDING', 'REJECTED'),
       ('PENDING', 'CANCELED'), ('PENDING', 'EXPIRED'),
       ('OPEN', 'OPEN'), ('OPEN', 'PARTIALLY_FILLED'), ('OPEN', 'FILLED'), ('OPEN', 'CANCELED'), ('OPEN', 'EXPIRED'),
       ('OPEN', 'REJECTED'),
       ('PARTIALLY_FILLED', 'PARTIALLY_FILLED'), ('PARTIALLY_FILLED', 'FILLED'), ('PARTIALLY_FILLED', 'CANCELED'),
       ('PARTIALLY_FILLED', 'EXPIRED')
on conflict do nothing;
