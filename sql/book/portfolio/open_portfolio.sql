-- Opens a portfolio with its first money. Its feed is the user's own of that name, else the shared one. What isn't
-- given comes from the user's settings. Amounts of crypto become opening executions at the mark. Live, with a broker
-- and an account, it opens with what that account was last read to have.
-- Raises TB400 bad argument, TB401 no user, TB404 unknown currency, feed or account, TB422 the name or the account is
-- taken, or the account was never read, TB503 nothing marks an amount.

create function open_portfolio(
    name               text,
    base_currency      text      default 'USD',
    initial_balances   jsonb     default null,
    feed               text      default 'realtime',
    broker             text      default 'none',
    account            text      default null,
    slippage_percent   numeric   default null,
    fill_delay_ms      integer   default null,
    max_quote_age      interval  default null,
    max_history_age    interval  default null,
    allow_short        boolean   default null,
    allow_mock_prices  boolean   default null,
    fee_venue          text      default null,
    seed               bigint    default 0,
    partial_fills      boolean   default null,
    max_participation  numeric   default null,
    touch_fill_percent numeric   default 100)
  returns portfolios
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  me       text := acting_user();
  source   shared_data.feeds;
  money    jsonb := open_portfolio.initial_balances;
  opened   portfolios;
begin
  if open_portfolio.broker <> 'none' then
    if money is not null then
      raise exception using
        errcode = 'TB400',
        message = 'a portfolio at a broker opens with what its account has',
        hint    = 'Leave initial_balances out.';
    end if;
    money := money_at_broker(me, open_portfolio.broker, open_portfolio.account);
  end if;

  select f.* into source
  from shared_data.feeds as f
  where f.name = open_portfolio.feed and f.username in (me, 'market') and (book() = 'paper' or f.username = 'market')
  order by f.username = me desc
  limit 1;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('there is no feed %s', open_portfolio.feed),
      hint    = 'Open one with shared_data.open_feed, or leave it out for the shared feed of real time.';
  end if;

  money := coalesce(money, (select s.initial_balances from identity.settings as s where s.username = me),
                    (select jsonb_build_object(c.currency, c.initial_balance)
                     from shared_data.currencies as c
                     where c.currency = open_portfolio.base_currency and c.initial_balance is not null));

  if money is null or jsonb_typeof(money) <> 'object' or exists (
    select from jsonb_each(money) as m where coalesce(jsonb_typeof(m.value), '') not in ('number', 'string')) then
    raise exception using
      errcode = 'TB400',
      message = 'what does it open with?',
      hint    = 'Give initial_balances, such as ''{"USD": 100000}''.';
  end if;

  if open_portfolio.broker = 'none' and exists (
    select
    from jsonb_each_text(money) as m
    join shared_data.currencies as c on c.currency = m.key
    where scale(trim_scale(m.value::numeric)) > c.decimals
       or shared_data.too_much(m.value::numeric)) then
    raise exception using
      errcode = 'TB400',
      message = 'an opening balance is too much, or has more decimals than its currency',
      hint    = 'select currency, decimals from shared_data.currencies;';
  end if;

  insert into portfolios (username, name, base_currency, feed_owner, feed, slippage_percent, fill_delay_ms,
                          max_quote_age, max_history_age, allow_short, allow_mock_prices, fee_venue, seed,
                          broker, account, initial_balances, partial_fills, max_participation, touch_fill_percent)
  select me, open_portfolio.name, open_portfolio.base_currency, source.username, source.name,
         coalesce(open_portfolio.slippage_percent, s.slippage_percent),
         coalesce(open_portfolio.fill_delay_ms, s.fill_delay_ms),
         coalesce(open_portfolio.max_quote_age, s.max_quote_age,
                  case when source.username = 'market' then interval '60 seconds' else interval '1 day' end),
         coalesce(open_portfolio.max_history_age, s.max_history_age),
         coalesce(open_portfolio.allow_short, s.allow_short),
         coalesce(open_portfolio.allow_mock_prices, s.allow_mock_prices),
         open_portfolio.fee_venue,
         open_portfolio.seed,
         open_portfolio.broker,
         open_portfolio.account,
         money,
         coalesce(open_portfolio.partial_fills, s.partial_fills),
         coalesce(open_portfolio.max_participation, s.max_participation),
         open_portfolio.touch_fill_percent
  from identity.settings as s
  where s.username = me
  returning * into opened;

  insert into sessions (username, portfolio_id, number, started_at)
  values (opened.username, opened.portfolio_id, opened.session, business_time(opened.feed_owner, opened.feed));

  perform append_event(opened.username, opened.portfolio_id, 'portfolio_opened', me, jsonb_build_object(
    'name', opened.name, 'base_currency', opened.base_currency, 'feed_owner', opened.feed_owner, 'feed', opened.feed,
    'settings', portfolio_settings(opened))
    || case opened.broker when 'none' then '{}'
                          else jsonb_build_object('broker', opened.broker, 'account', opened.account) end);

  if opened.broker = 'none' then
    perform book_opening(opened, 'deposit', 'initial balance');
  else
    perform book_account(opened);
  end if;

  select p.* into opened
  from portfolios as p
  where (p.username, p.portfolio_id) = (opened.username, opened.portfolio_id);
  return opened;
exception
  when unique_violation then
    raise exception using
      errcode = 'TB422',
      message = case when sqlerrm ~ 'portfolios_account'
                     then format('account %s at %s has a portfolio already', open_portfolio.account, open_portfolio.broker)
                     else format('a portfolio named %s is there already', open_portfolio.name) end,
      hint    = 'select name, broker, account, is_active from portfolios;';
  when foreign_key_violation then
    raise exception using
      errcode = 'TB404',
      message = 'there is no such currency',
      detail  = sqlerrm,
      hint    = 'select currency from shared_data.currencies;';
  when check_violation or not_null_violation or invalid_text_representation or numeric_value_out_of_range then
    raise exception using
      errcode = 'TB400',
      message = 'this portfolio can''t be opened',
      detail  = sqlerrm,
      hint    = 'Balances are sums above zero, slippage a percentage, ages intervals such as ''1 day''.';
end
$$;

comment on function open_portfolio is
  'Open a portfolio on a feed, with its first money by currency; presets of 100000 USD, 500000 INR, 10000 USDT.';
select let_traders('open_portfolio');
