-- Portfolios that matching gave up on, with an error.

create view oversight.failed_matching
  with (security_invoker = true)
as
select u.book, u.username, concat_ws(' ', u.portfolio_id, u.symbol) as key,
       format('since quote %s of %s', u.from_number, u.feed) as detail
from oversight.all_unmatched as u
where u.cause = 'failed';

comment on view oversight.failed_matching is
  'HIGH, each book, few rows: Resting orders of a portfolio aren''t filled, because matching it raises an error. '
  'Do: read the WARNING in the server''s log, mend its cause, and run twinbook sweep.';
select oversight.keep_check('failed_matching');
