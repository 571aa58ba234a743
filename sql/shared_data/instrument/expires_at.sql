-- When an option can be traded no more: at the close of its expiry day. Null for what doesn't expire.

create function shared_data.expires_at(instrument shared_data.instruments)
  returns timestamptz
  language sql stable parallel safe
as $$
  select (instrument.expiry + instrument.closes_at) at time zone instrument.timezone;
$$;

comment on function shared_data.expires_at is 'When an option can be traded no more; null for what doesn''t expire.';
select shared_data.let_only('shared_data.expires_at', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
