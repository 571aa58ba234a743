-- A time as events want it: UTC, to the microsecond.
create function shared_data.moment(value timestamptz)
  returns text
  language sql stable parallel safe
  return to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

comment on function shared_data.moment is 'A time as text: UTC, to the microsecond.';
select shared_data.let_only('shared_data.moment', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
