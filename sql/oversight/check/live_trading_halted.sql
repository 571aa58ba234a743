-- Whether live trading is halted for everybody.

create view oversight.live_trading_halted
  with (security_invoker = true)
as
select text 'live' as book, null::text as username, 'live trading' as key,
       format('since %s by %s: %s', s.halted_at, s.halted_by, s.halted_because) as detail
from oversight.live_switch as s
where s.halted_at is not null;

comment on view oversight.live_trading_halted is
  'INFO, database, few rows: Nothing may increase live exposure; exits and cancels pass. '
  'Do: mend what it says, then select oversight.lift_halt(''what was done'').';
select oversight.keep_check('live_trading_halted');
