-- Submits an order to a locked portfolio's venue: completes it, checks it, stores it. What the state of the world
-- forbids is stored as REJECTED with a reason. Raises TB400 bad argument, TB401 no user, TB404 unknown symbol.

create function submit_order(home portfolios, wanted orders)
  returns orders
  language plpgsql
  set search_path from current
as $$
declare
  market   constant shared_data.market := market_at(home, wanted.symbol);
  standing shared_data.standing;
  wrong    text;
begin
  if market.symbol is null then
    raise exception using
      errcode = 'TB404',
      message = format('there is no instrument %s', wanted.symbol),
      hint    = 'select symbol from shared_data.instruments;';
  end if;

  wanted.username         := home.username;
  wanted.portfolio_id     := home.portfolio_id;
  wanted.session          := home.session;
  wanted.order_id         := new_id();
  wanted.order_number     := home.order_seq + 1;
  wanted.version          := 1;
  wanted.filled_quantity  := 0;
  wanted.filled_value     := 0;
  wanted.fees             := 0;
  wanted.held_amount      := 0;
  wanted.currency         := market.currency;
  wanted.base_currency    := market.base_currency;
  wanted.hold_currency    := case wanted.side when 'sell' then coalesce(market.base_currency, market.currency)
                                              else market.currency end;
  wanted.feed_owner       := home.feed_owner;
  wanted.feed             := home.feed;
  wanted.works_as         := case wanted.order_type when 'stop_limit' then 'stop' else wanted.order_type end;
  wanted.effective_number := market.newest_number;
  wanted.effective_at     := case when home.fill_delay_ms > 0 and isfinite(market.feed_clock)
                                  then market.feed_clock + home.fill_delay_ms * interval '1 millisecond' end;
  wanted.placed_at        := case when isfinite(market.feed_clock) then market.feed_clock else now() end;
  standing                := standing_of(wanted);
  wrong                   := wrong_terms(wanted, market, standing);

  if wrong is not null then
    perform refuse_order(wrong);
  end if;

  wanted                  := set_hold(home, wanted, market);
  wanted.reject_reason    := coalesce(
    mode_refusal_of(home, wanted, standing),
    case when wanted.order_type = 'market' and market.source is null
           and (home.broker = 'none' or increase_of(wanted, standing) > 0) then 'stale market data'
         else refusal_of(home, wanted, market, standing) end);
  wanted.status           := case when wanted.reject_reason is null then 'PENDING' else 'REJECTED' end;

  return case when wanted.status = 'REJECTED' then store_order(wanted)
              else route_order(wanted, home, market, standing) end;
end
$$;

comment on function submit_order is 'Check an order, store it, and hand it to the venue.';
