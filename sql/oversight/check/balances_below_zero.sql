-- Money below zero.

create view oversight.balances_below_zero
  with (security_invoker = true)
as
select b.book, b.username, concat_ws(' ', b.portfolio_id, b.currency) as key, b.amount::text as detail
from oversight.all_balances as b
where b.amount < 0;

comment on view oversight.balances_below_zero is
  'INFO, each book, few rows: Facts that nobody could refuse, such as a fee or a late fill, took more than there was. '
  'Do: let the user deposit or reduce; nothing that increases passes until then.';
select oversight.keep_check('balances_below_zero');
