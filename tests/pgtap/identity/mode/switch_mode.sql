-- T1, T2: switching to live takes every yes and the phrase; each that is missing has its own code and reason, as a row, and
-- an audit row. Paper is always open, and tells what is left.
begin;
select plan(34);

select tests.set_stage();
create function pg_temp.answer(mode text, phrase text default null) returns text language sql as $$
  select concat_ws(' ', s.active_mode, s.is_switched::text, s.code, s.reason) from identity.switch_mode(answer.mode, phrase) as s
$$;
create temporary table phrase (said text);
insert into phrase values ('I_UNDERSTAND_THE_RISKS');
grant select on phrase to public;

-- Every combination of the yeses: allowed, a broker, an inactive one alone, the phrase.
create function pg_temp.try(allowed boolean, broker text, says text) returns text language plpgsql as $$
declare
  answer text;
begin
  begin
    perform tests.act_as_installer();
    update identity.modes set is_live_allowed = allowed where username = 'alice';
    perform tests.act_as('alice', 'live');
    if broker <> 'none'     then perform identity.add_broker('tradier', 'VA1', 'sandbox', 'gAAAAAx'); end if;
    if broker = 'inactive'  then perform identity.drop_broker('tradier', 'VA1'); end if;
    answer := pg_temp.answer('live', says);
    perform tests.act_as_installer();
    answer := answer || (select format(' · %s %s %s', operation, details ->> 'code', details ->> 'to') from oversight.audit_log
                         where username = 'alice' order by seq desc limit 1);
    raise exception using errcode = 'TT000';
  exception when sqlstate 'TT000' then
    perform tests.act_as_installer();
    return answer;
  end;
end
$$;
select ok(case when not allowed          then answer ~ '^paper false TB403 no administrator.* · mode_refused TB403 live$'
               when broker <> 'active'   then answer ~ '^paper false TB403 no broker.* · mode_refused TB403 live$'
               when says is distinct from said then answer ~ '^paper false TB428 live trading isn''t confirmed · mode_refused TB428 live$'
               else answer = 'live true · mode_switched  live' end,
          concat_ws(', ', 'allowed', allowed, 'broker', broker, 'says', coalesce(says, 'nothing')))
from phrase, unnest(array[true, false]) as allowed, unnest(array['none', 'inactive', 'active']) as broker,
     unnest(array[null, 'yes', 'i_understand_the_risks', said]) as says, lateral (select pg_temp.try(allowed, broker, says)) as tried (answer);

select tests.act_as('alice', 'live');
select throws_ok($$ select identity.switch_mode('moon') $$, 'TB400', null, 'there are two modes');
select throws_ok($$ select identity.switch_mode(null) $$, 'TB400', null, 'and one is named');
select is(pg_temp.answer('paper'), 'paper false', 'paper is always allowed, from paper too');
select tests.act_as('', 'live');
select throws_ok($$ select identity.switch_mode('paper') $$, 'TB401', null, 'nobody switches');

-- The role: a login of the paper book alone has no way to live, whatever else there is.
select tests.act_as_installer();
update identity.modes set is_live_allowed = true;
insert into identity.broker_accounts (username, broker, account, environment, credentials) select unnest(array['alice', 'bob']), 'tradier', 'VA1', 'sandbox', 'gAAAAAx';
create role papers_login login;
grant twinbook_paper to papers_login;
create role lives_login login;
grant twinbook_live to lives_login;
set local session authorization papers_login;
select set_config('app.current_user', 'alice', true);
set local role twinbook_paper;
select is(pg_temp.answer('live', said), 'paper false TB403 the login papers_login has no right to the live book', 'nor has a login of paper') from phrase;
set local session authorization default;
set local session authorization lives_login;
set local role twinbook_live;
select is(pg_temp.answer('live', said), 'live true', 'one of live has') from phrase;
select is(pg_temp.answer('live', said), 'live false', 'who is there already stays') from phrase;
set local session authorization default;

select tests.act_as_installer();
select is((select active_mode from identity.modes where username = 'bob'), 'paper', 'bob stays where he was');
select tests.act_as('alice', 'paper');
select results_eq($$ select active_mode, last_mode_change = now() from identity.mode_state $$, $$ values ('live', true) $$, 'the mode is told in either book');
select is(pg_temp.answer('paper'), 'paper true', 'and from either she goes back');

select tests.act_as_installer();
select finish();
rollback;
