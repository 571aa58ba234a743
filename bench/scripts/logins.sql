-- An application's login to the paper book, and a market data feeder's.
create role bench_paper login in role twinbook_paper;
alter role bench_paper set search_path = paper_trading, shared_data, pg_temp;
create role bench_market_data login in role twinbook_market_data;
