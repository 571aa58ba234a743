-- Every pair of the outbox's states, allowed or refused as outbox_transitions says; and what each of them lets a worker do.
begin;
select plan(113);

select tests.set_stage();
select tests.open_at_broker('alice');

-- One piece in each state, reached by allowed moves.
create temporary table states (state text, place integer, order_id text, client_id uuid);
insert into states (state, place)
select state, place from unnest(array['QUEUED', 'SENDING', 'PLACED', 'WORKING', 'OVER', 'REFUSED', 'WITHDRAWN', 'HELD']) with ordinality as s (state, place);
create function pg_temp.path_to(state text) returns text[] language sql as $$
  select case state when 'QUEUED' then '{}' when 'SENDING' then '{SENDING}' when 'WITHDRAWN' then '{WITHDRAWN}' when 'PLACED' then '{SENDING,PLACED}'
                    when 'WORKING' then '{SENDING,PLACED,WORKING}' when 'OVER' then '{SENDING,PLACED,WORKING,OVER}' else array['SENDING', state] end::text[]
$$;
create function pg_temp.move(client_id uuid, state text) returns text language sql as $$
  select format($f$update order_outbox set state = %1$L, sending_at = coalesce(sending_at, now()), broker_order_id = coalesce(broker_order_id, client_id::text),
                     over_at = case when %1$L in ('OVER', 'REFUSED', 'WITHDRAWN') then now() end where client_id = %2$L$f$, move.state, move.client_id)
$$;
do $$
declare
  s    states;
  step text;
  made orders;
begin
  for s in select * from states order by place loop
    perform tests.act_as('alice', 'live');
    made := place_order('AAPL', 'buy', s.place, 'limit', 50);
    perform tests.act_as_installer();
    update states set (order_id, client_id) = (made.order_id, tests.client_id(made.order_id)) where place = s.place;
    foreach step in array pg_temp.path_to(s.state) loop
      execute pg_temp.move(tests.client_id(made.order_id), step);
    end loop;
  end loop;
end
$$;
grant select on states to public;
select results_eq('select o.state from order_outbox as o join states using (client_id) order by place', 'select state from states order by place', 'a piece stands in each state');

select is(tests.refusal(pg_temp.move(s.client_id, t.state)),
          case when exists (select from outbox_transitions where (from_state, to_state) = (s.state, t.state)) then 'accepted' else 'TB002' end,
          s.state || ' to ' || t.state)
from states as s, states as t where s.state <> t.state order by s.place, t.place;

select set_eq('select from_state, to_state from outbox_transitions',
  $$ values ('QUEUED', 'SENDING'), ('QUEUED', 'WITHDRAWN'), ('SENDING', 'QUEUED'), ('SENDING', 'PLACED'), ('SENDING', 'REFUSED'), ('SENDING', 'HELD'),
            ('HELD', 'PLACED'), ('HELD', 'REFUSED'), ('PLACED', 'WORKING'), ('PLACED', 'OVER'), ('WORKING', 'OVER') $$,
  'the moves are these: back to QUEUED only what is being sent, and nothing that has ended');
select is(tests.refusal(act), refused, act)
from (values ('delete from outbox_transitions where false', 'TB001 outbox_transitions'),
             ('update outbox_transitions set to_state = to_state where false', 'TB001 outbox_transitions'),
             ('truncate outbox_transitions', 'TB001 outbox_transitions'),
             ('insert into outbox_transitions values (''QUEUED'', ''SENDING'')', '23505 outbox_transitions_pkey')) as tried (act, refused);

-- What a worker may do with each: by the verbs, everything else is refused.
select tests.act_as_worker('alice');
select is(tests.refusal(format(act, client_id)), case when state = any (open_to) then 'accepted' when refusal = 'TB422' then 'TB422' else 'accepted' end, state || ': ' || split_part(act, '''', 1) || split_part(act, '''', 5))
from states, (values
  ('select begin_sending(''w1'', ''%s'')', array['QUEUED', 'WITHDRAWN'], 'TB422'),
  ('select finish_sending(''w1'', ''%s'', ''placed'', broker_order_id => ''b9'')', array['SENDING', 'HELD'], 'TB422'),
  ('select finish_sending(''w1'', ''%s'', ''unknown'')', array['SENDING', 'HELD'], 'TB422'),
  ('select report_order(''w1'', ''%s'', ''OPEN'', ''open'', true, 0)', array['PLACED', 'WORKING', 'OVER'], 'TB422'),
  ('select defer_task(''w1'', ''%s'', ''busy'', ''1 second'')', '{}', null)) as verbs (act, open_to, refusal) order by act, place;
select tests.act_as('alice', 'live');
select is(tests.refusal(format('select resolve_order(%L, ''looked'')', client_id)), case state when 'HELD' then 'accepted' else 'TB422' end, state || ': resolved') from states order by place;

select tests.act_as('alice', 'live');
select isnt_empty('select * from outbox_transitions', 'traders read the rules');
select throws_ok($$ insert into outbox_transitions values ('OVER', 'QUEUED') $$, '42501', null, 'and don''t write them');
select set_config('role', 'twinbook_engine', true);
select throws_ok($$ insert into outbox_transitions values ('OVER', 'QUEUED') $$, '42501', null, 'nor does the engine');
select tests.act_as_installer();
select finish();
rollback;
