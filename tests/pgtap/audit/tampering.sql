-- What a superuser does to the log with every guard off is found: each tampering by the check that is there for it, in full
-- and onward from what was verified; and what rewrites the whole chain, by the seal.
begin;
select plan(37);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null, tests.trade('bob', 'AAPL', 'buy', 10, 100) is not null;
select is((select count(*) from oversight.verify_book(book()) where chain_intact and rebuilt_equals_stored), 2::bigint, 'an honest book is whole');
select is((select count(*) from oversight.verify_book(book(), is_onward => true) where chain_intact and rebuilt_equals_stored), 2::bigint, 'onward too');
select is((select count(*) from oversight.verified as v join portfolios as p using (username, portfolio_id)
           where (v.book, v.seq, v.checksum) = (book(), p.audit_seq, p.audit_head)), 2::bigint, 'how far it was verified is kept');
select tests.trade('alice', 'AAPL', 'sell', 4, 110, fee => 1) is not null, tests.trade('alice', 'MSFT', 'buy', 3, 20) is not null;
select count(*) from oversight.seal();
select is(array_agg(seq order by seq), array[1, 2, 3, 4, 5, 6, 7, 8]::bigint[], 'alice has eight events, of which four were verified')
from audit_log where username = 'alice';

set local session_replication_role = replica;

-- The chain of somebody, chained anew as it stands, and its head with it: all that a superuser can do.
create function pg_temp.rechain(person text, keeps_numbers boolean default false) returns void language plpgsql as $$
declare
  event audit_log;
  before bytea;
  place bigint := 0;
begin
  update audit_log set previous_checksum = sha256(seq::text::bytea) where username = person and seq > 1;
  for event in select * from audit_log where username = person order by seq loop
    place := case when keeps_numbers then event.seq else place + 1 end;
    update audit_log as a
    set seq = place, previous_checksum = before,
        checksum = checksum_of(a.username, a.portfolio_id, place, a.operation, a.actor, a.occurred_at, a.details, before)
    where (a.username, a.seq) = (person, event.seq)
    returning a.checksum into before;
  end loop;
  update portfolios set audit_seq = place, audit_head = before where username = person;
end
$$;
create function pg_temp.found(tampering text, is_onward boolean) returns text language plpgsql as $$
declare
  told text;
begin
  execute tampering;
  select string_agg(format('%s %s', v.username, coalesce(v.first_bad_seq::text, 'differs')), ', ' order by v.username)
  into told from oversight.verify_book(book(), is_onward) as v where not (v.chain_intact and v.rebuilt_equals_stored);
  raise exception using errcode = 'TT000', message = coalesce(told, 'nothing');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
create temporary table tamperings (what text, act text, in_full text, onward text);
insert into tamperings values
  ('nothing', 'select 1', 'nothing', 'nothing'),
  ('a changed amount',
   $$ update audit_log set details = jsonb_set(details, '{quantity}', '"5"') where (username, seq) = ('alice', 6) $$, 'alice 6', 'alice 6'),
  ('a changed amount, before what was verified',
   $$ update audit_log set details = jsonb_set(details, '{amount}', '"200000"') where (username, seq) = ('alice', 2) $$, 'alice 2', 'alice differs'),
  ('a changed amount, its own checksum made anew',
   $$ update audit_log as a set details = c.details, checksum = checksum_of(username, portfolio_id, seq, operation, actor, occurred_at, c.details, previous_checksum)
      from (select jsonb_set(details, '{quantity}', '"5"') as details from audit_log where (username, seq) = ('alice', 6)) as c
      where (username, seq) = ('alice', 6) $$, 'alice 7', 'alice 7'),
  ('a changed end, its own checksum made anew',
   $$ update audit_log set actor = 'bob', checksum = checksum_of(username, portfolio_id, seq, operation, 'bob', occurred_at, details, previous_checksum)
      where (username, seq) = ('alice', 8) $$, 'alice 8', 'alice 8'),
  ('a deleted row', $$ delete from audit_log where (username, seq) = ('alice', 6) $$, 'alice 7', 'alice 7'),
  ('a deleted row, the rest numbered anew',
   $$ delete from audit_log where (username, seq) = ('alice', 6); update audit_log set seq = 6 where (username, seq) = ('alice', 7);
      update audit_log set seq = 7 where (username, seq) = ('alice', 8) $$, 'alice 6', 'alice 6'),
  ('a deleted row, the rest chained anew past the gap',
   $$ delete from audit_log where (username, seq) = ('alice', 6); select pg_temp.rechain('alice', keeps_numbers => true) $$, 'alice 7', 'alice 7'),
  ('a changed row where it was verified, its own checksum made anew',
   $$ update audit_log set actor = 'bob', checksum = checksum_of(username, portfolio_id, seq, operation, 'bob', occurred_at, details, previous_checksum)
      where (username, seq) = ('alice', 4) $$, 'alice 5', 'alice 4'),
  ('reordered rows',
   $$ update audit_log set seq = 99 where (username, seq) = ('alice', 5); update audit_log set seq = 5 where (username, seq) = ('alice', 6);
      update audit_log set seq = 6 where (username, seq) = ('alice', 99) $$, 'alice 5', 'alice 5'),
  ('an inserted row, well chained',
   $$ insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
      select username, portfolio_id, 9, 'money_moved', 'alice', '{}', checksum_of(username, portfolio_id, 9, 'money_moved', 'alice', '2026-03-02', '{}', checksum), checksum, '2026-03-02'
      from audit_log where (username, seq) = ('alice', 8) $$, 'alice 9', 'alice 9'),
  ('an inserted row, the head with it',
   $$ insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
      select username, portfolio_id, 9, 'money_moved', 'alice', '{"kind": "deposit", "currency": "USD", "amount": "5"}', sha256('x'), sha256('x'), '2026-03-02' from portfolios where username = 'alice';
      select pg_temp.rechain('alice') $$, 'alice differs', 'alice differs'),
  ('an inserted row in between, all chained anew',
   $$ update audit_log set seq = seq + 100 where username = 'alice' and seq > 5;
      insert into audit_log (username, portfolio_id, seq, operation, actor, details, checksum, previous_checksum, occurred_at)
      select username, portfolio_id, 6, 'looked', 'alice', '{}', sha256('x'), sha256('x'), '2026-03-02' from portfolios where username = 'alice';
      select pg_temp.rechain('alice') $$, 'alice 8', 'alice 8'),
  ('a changed actor, all chained anew',
   $$ update audit_log set actor = 'bob' where (username, seq) = ('alice', 6); select pg_temp.rechain('alice') $$, 'alice 8', 'alice 8'),
  ('a truncated tail', $$ delete from audit_log where username = 'alice' and seq > 6 $$, 'alice 7', 'alice 7'),
  ('a truncated tail after a seal, the head with it',
   $$ delete from audit_log where username = 'alice' and seq = 8; select pg_temp.rechain('alice') $$, 'alice 8', 'alice 8');
select is(pg_temp.found(act, false), in_full, 'in full: ' || what) from tamperings;
select is(pg_temp.found(act, true), onward, 'onward: ' || what) from tamperings;

-- She finds it herself, too.
delete from audit_log where username = 'alice' and seq = 8;
select pg_temp.rechain('alice');
select set_config('session_replication_role', 'origin', true), tests.act_as('alice', book());
select is((select first_bad_seq from verify_portfolios()), 8::bigint, 'a user sees the seals of her own chains');

select tests.act_as_installer();
select finish();
rollback;
