-- The shared feed of real time. Others are opened by market data's role.
insert into shared_data.feeds (username, name, is_realtime)
values ('market', 'realtime', true)
on conflict do nothing;
