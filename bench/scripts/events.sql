-- So many events to verify: one trader's thousand, made by trading, and the same again for as many others as it takes,
-- each chain hashed for itself.
set search_path = paper_trading, shared_data, pg_temp;

do $$
begin
  perform identity.register_user('author');
  perform set_config('app.current_user', 'author', true);
  perform open_portfolio('main', initial_balances => '{"USD": 1000000000}', max_quote_age => interval '10 years');
  for n in 1 .. 900 loop
    perform place_order('S' || 1 + n % 20, case when n % 3 = 2 then 'sell' else 'buy' end, 1 + n % 7);
  end loop;
  for n in 1 .. 30 loop
    perform place_order('S' || n, 'buy', 1, 'limit', limit_price => 90, time_in_force => 'GTC');
  end loop;
  perform count(*) from cancel_all();
  perform place_order('S' || n, 'buy', 1, stop_loss => 80, take_profit => 120) from generate_series(101, 103) as n;
  perform set_config('app.current_user', '', true);
end
$$;

set session_replication_role = replica;

do $$
declare
  columns text;
  copied  text;
  event   audit_log;
  head    bytea;
  person  text;
begin
  create temporary table events as select * from audit_log where username = 'author' order by seq;

  for n in 1 .. current_setting('bench.events')::integer / (select count(*) from events) loop
    person := 'reader' || n;

    foreach copied in array array['identity.users', 'identity.settings', 'identity.modes', 'portfolios', 'sessions', 'orders',
                                  'trades', 'executions', 'ledger_entries', 'balances', 'positions'] loop
      select string_agg(format('%I', a.attname), ', ' order by a.attnum) into columns
      from pg_attribute as a
      where a.attrelid = copied::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and a.attname <> 'username';
      execute format('insert into %1$s (username, %2$s) select %3$L, %2$s from %1$s where username = %4$L',
                     copied, columns, person, 'author');
    end loop;

    head := null;
    for event in select * from events order by seq loop
      event.username          := person;
      event.actor             := case event.actor when 'author' then person else event.actor end;
      event.previous_checksum := head;
      head := checksum_of(person, event.portfolio_id, event.seq, event.operation, event.actor, event.occurred_at,
                          event.details, head);
      event.checksum          := head;
      insert into audit_log select event.*;
    end loop;
    update portfolios set audit_head = head where username = person;
  end loop;
end
$$;

reset session_replication_role;
reset search_path;
vacuum analyze;
