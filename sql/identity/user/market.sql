-- The reserved user who owns the shared feeds. He is closed, so nobody can act as him.
insert into identity.users (username, status, closed_at)
values ('market', 'CLOSED', now())
on conflict do nothing;
