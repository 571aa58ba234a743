-- Portfolios whose session isn't the one that runs.

create view oversight.sessions_astray
  with (security_invoker = true)
as
select p.book, p.username, p.portfolio_id::text as key,
       case when s.number is null then format('session %s is missing', p.session)
            else format('session %s has ended', p.session) end as detail
from oversight.all_portfolios as p
left join oversight.all_sessions as s on (s.book, s.username, s.portfolio_id, s.number)
                                       = (p.book, p.username, p.portfolio_id, p.session)
where s.number is null or s.ended_at is not null;

comment on view oversight.sessions_astray is
  'HIGH, each book, few rows: What is traded and booked now goes to a session that has ended, or that there isn''t. '
  'Do: find out who wrote past the verbs; a reset begins a new session.';
select oversight.keep_check('sessions_astray');
