-- Takes a corporate action into a feed, after its newest quote, and adjusts every portfolio that it concerns, as far
-- as nobody holds it; the others are adjusted by whoever takes them next. The symbol's last quote follows in the new
-- terms, so that nothing is worth more or less by it.
-- Raises TB400 bad argument, TB404 unknown feed or symbol, TB422 the new symbol has a price already.

create function shared_data.take_action(
    owner         text,
    feed          text,
    symbol        text,
    new_units     numeric,
    old_units     numeric,
    new_symbol    text,
    effective_at  timestamptz)
  returns shared_data.corporate_actions
  language plpgsql
  set search_path = shared_data, pg_temp
as $$
declare
  source  constant feeds := shared_data.lock_feed(take_action.owner, take_action.feed);
  was     constant instruments := (select i from instruments as i where i.symbol = take_action.symbol);
  becomes constant instruments := (select i from instruments as i where i.symbol = take_action.new_symbol);
  ratio   constant numeric := coalesce(take_action.old_units / nullif(take_action.new_units, 0), 1);
  latest  quotes;
  taken   corporate_actions;
begin
  if was.symbol is null or (take_action.new_symbol is not null and becomes.symbol is null) then
    raise exception using
      errcode = 'TB404',
      message = format('there is no instrument %s', coalesce(case when was.symbol is null then take_action.symbol
                                                                  else take_action.new_symbol end, '(null)')),
      hint    = 'select symbol from shared_data.instruments;';
  end if;

  if num_nonnulls(take_action.new_units, take_action.old_units) = 1
    or num_nonnulls(take_action.new_units, take_action.new_symbol) <> 1
    or least(take_action.new_units, take_action.old_units) <= 0
    or shared_data.too_much(greatest(take_action.new_units, take_action.old_units))
    or greatest(take_action.new_units, take_action.old_units) > 1e6 * least(take_action.new_units, take_action.old_units)
    or take_action.new_units = take_action.old_units
    or was.asset_class not in ('equity', 'etf')
    or take_action.new_symbol = take_action.symbol
    or (becomes.symbol is not null and
        (becomes.asset_class, becomes.currency, becomes.multiplier, becomes.tick, becomes.lot) is distinct from
        (was.asset_class, was.currency, was.multiplier, was.tick, was.lot)) then
    raise exception using
      errcode = 'TB400',
      message = format('this makes no sense for %s', take_action.symbol),
      hint    = 'A split of an equity or ETF is so many new units for so many old ones, above zero and not the same; a '
                'new symbol is an instrument with the same terms.';
  end if;

  if exists (select from quotes as q
             where (q.username, q.feed, q.symbol) = (source.username, source.name, becomes.symbol)) then
    raise exception using
      errcode = 'TB422',
      message = format('%s has a price on %s already', becomes.symbol, source.name),
      hint    = 'A symbol changes into one that is new to the feed.';
  end if;

  select q.* into latest
  from quotes as q
  where (q.username, q.feed, q.symbol) = (source.username, source.name, was.symbol);

  insert into corporate_actions (username, feed, number, kind, symbol, new_units, old_units, new_symbol, quote_number,
                                 effective_at)
  select source.username, source.name,
         coalesce((select max(a.number) from corporate_actions as a
                   where (a.username, a.feed) = (source.username, source.name)), 0) + 1,
         case when becomes.symbol is null then 'split' else 'symbol_change' end, was.symbol,
         take_action.new_units, take_action.old_units, becomes.symbol, source.newest_number,
         greatest(take_action.effective_at, case when isfinite(shared_data.clock(source)) then shared_data.clock(source)
                                                 when take_action.effective_at is null then now() end)
  returning * into taken;

  perform paper_trading.adjust_portfolios(taken);

  if latest.symbol is not null then
    perform shared_data.take_quotes(source.username, source.name, array[(
      coalesce(becomes.symbol, was.symbol), latest.bid * ratio, latest.ask * ratio, latest.last * ratio, 0,
      taken.effective_at, 0, 0)::shared_data.quote]);
  end if;

  perform oversight.append_event(nullif(taken.username, 'market'), 'corporate_action_taken', jsonb_strip_nulls(
    jsonb_build_object(
      'feed', taken.feed, 'number', taken.number::text, 'kind', taken.kind, 'symbol', taken.symbol,
      'new_units', shared_data.plain(taken.new_units), 'old_units', shared_data.plain(taken.old_units),
      'new_symbol', taken.new_symbol, 'quote_number', taken.quote_number::text)));
  return taken;
end
$$;

comment on function shared_data.take_action is 'Take a corporate action into a feed, and adjust what it concerns.';
select shared_data.let_only('shared_data.take_action', 'twinbook_engine');
