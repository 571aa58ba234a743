-- Before the spine there was nothing.
drop schema oversight cascade;
drop schema live_trading cascade;
drop schema paper_trading cascade;
drop schema shared_data cascade;
drop schema identity cascade;
