-- The first close of an instrument's trading day after a moment: when a DAY order that became effective then expires.

create function shared_data.next_close(closes_at time, timezone text, trading_days smallint[], after timestamptz)
  returns timestamptz
  language sql stable parallel safe
as $$
  select min(closes)
  from generate_series(0, 8) as day,
       lateral (select ((after at time zone timezone)::date + day)) as local (date),
       lateral (select (local.date + closes_at) at time zone timezone) as at (closes)
  where closes > after
    and extract(isodow from local.date) = any (trading_days);
$$;

comment on function shared_data.next_close is 'The first close of a trading day after a moment.';
select shared_data.let_only('shared_data.next_close', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
