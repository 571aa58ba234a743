-- The mode that the user is in, and what he has on paper: one row.

create view identity.mode_state
  with (security_invoker = true)
as
select m.active_mode, m.last_mode_change, t.paper_balance, t.paper_realized_pnl,
       s.broker <> 'none' and s.broker_token is not null as is_live_broker_configured
from identity.modes as m
join identity.settings as s using (username)
left join identity.paper_totals() as t on true
where m.username = (select identity.current_username(null));

comment on view identity.mode_state is
  'The user''s trading mode, his paper totals, and whether a live broker is set up.';
revoke all on identity.mode_state from public, twinbook_paper, twinbook_live;
grant select on identity.mode_state to twinbook_paper, twinbook_live;
