create trigger portfolios_trade_on_shared_feeds
  before insert on portfolios
  for each row
  when (new.feed_owner <> 'market')
  execute function refuse_change('live portfolios trade on shared feeds only: nobody moves their clock');
