-- The mode that the user is in, and what he has on paper: one row.

create view identity.mode_state
  with (security_invoker = true)
as
select m.active_mode, m.last_mode_change, t.paper_balance, t.paper_realized_pnl,
       (select count(*) > 0
        from identity.broker_accounts as b
        where b.username = m.username and b.is_active) as is_live_broker_configured,
       m.is_live_allowed, s.halted_because as live_halted_because
from identity.modes as m
cross join oversight.live_switch as s
left join identity.paper_totals() as t on true
where m.username = (select identity.current_username(null));

comment on view identity.mode_state is
  'The user''s trading mode, his paper totals, and which of live trading''s yeses are there.';
revoke all on identity.mode_state from public, twinbook_paper, twinbook_live;
grant select on identity.mode_state to twinbook_paper, twinbook_live;
