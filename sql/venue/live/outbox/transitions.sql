-- Back to QUEUED goes only what is proven not to have landed.
insert into outbox_transitions (from_state, to_state)
values ('QUEUED', 'SENDING'), ('QUEUED', 'WITHDRAWN'),
       ('SENDING', 'QUEUED'), ('SENDING', 'PLACED'), ('SENDING', 'REFUSED'), ('SENDING', 'HELD'),
       ('HELD', 'PLACED'), ('HELD', 'REFUSED'),
       ('PLACED', 'WORKING'), ('PLACED', 'OVER'),
       ('WORKING', 'OVER')
on conflict do nothing;
