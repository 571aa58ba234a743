-- Seals: one digest a book over the ends of its chains, each chained to the last; what was sealed can't be cut or rewritten
-- unseen, not even by who rewrites every checksum.
begin;
select plan(51);

select tests.set_stage(), identity.register_user('adam', role => 'ADMIN') is not null;
set local search_path = live_trading, shared_data, tap, pg_temp;
select tests.open('alice');
set local search_path = paper_trading, shared_data, tap, pg_temp;
select tests.open(person) from unnest(array['alice', 'bob', 'carol']) as person where person <> 'carol';
select tests.open('alice', 'side');

select set_config('app.current_user', 'adam', true), set_config('role', 'twinbook_admin', true);
select results_eq('select book, number, chains, sealed_by, previous_digest is null, octet_length(digest) from oversight.seal()',
  $$ select book, 1::bigint, chains::bigint, 'adam', true, 32 from (values
       ('live', 1), ('oversight', 4), ('paper', 3)) as s (book, chains) $$, 'every chain is sealed, in its book');
select set_config('role', 'none', true), set_config('app.current_user', '', true);
select tests.trade('alice', 'AAPL', 'buy', 1, 100) is not null;
select set_config('app.current_user', 'alice', true), set_config('role', 'twinbook_admin', true);
select throws_ok('select oversight.seal()', 'TB403', null, 'a USER doesn''t seal, even there');
select tests.act_as('alice', 'paper');
select throws_ok('select oversight.seal()', '42501', null, 'an application''s session has no such verb');
select throws_ok('select * from oversight.seals', '42501', null, 'and sees no seal');
select set_config('app.current_user', '', true), set_config('role', 'twinbook_auditor', true);
select throws_ok('select oversight.seal()', '42501', null, 'an auditor doesn''t seal either');
select set_config('role', 'twinbook_admin', true);
select results_eq('select book, number, chains, previous_digest is not null from oversight.seal()',
  $$ values ('live', 2::bigint, 0::bigint, true), ('oversight', 2, 0, true), ('paper', 2, 1, true) $$,
  'the next takes the chains that have grown, and the last digest');
select set_config('role', 'twinbook_auditor', true);
select is((select count(*) from oversight.verify_seals() where is_intact), 6::bigint, 'seals are what they were');
select results_eq('select book, number from oversight.list_seals()', $$ values ('live', 2::bigint), ('oversight', 2), ('paper', 2) $$, 'the newest are listed');
select is((select count(*) from oversight.list_seals(from_number => 1)), 6::bigint, 'or all');
select results_eq($$ select username, seq from oversight.sealed_heads where book = 'paper' and seal = 2 $$, $$ values ('alice', 4::bigint) $$,
  'an auditor reads what was sealed');
select is((select count(*) from oversight.audit_heads where username in ('alice', 'bob', 'adam')), 3::bigint, 'and where chains end');
select count(*) from oversight.verify_book('paper');
select is((select count(*) from oversight.verified), 3::bigint, 'and how far they were verified');
select tests.act_as_installer();
select is(tests.refusal(tests.row_like('oversight.verified', '{"seq": 0, "book": "live"}')), '23514 verified_seq_counts', 'from its first row on');

-- The bytes, built here anew.
create function pg_temp.packed(variadic fields text[]) returns bytea language sql as $$
  select convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), '' order by place), 'UTF8')
  from unnest(fields) with ordinality as f (field, place)
$$;
select is(digest, sha256(pg_temp.packed('1', 'seal', book, number::text, to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                                        chains::text, encode(root, 'hex'), encode(previous_digest, 'hex'))), format('%s %s recomputed', book, number))
from oversight.seals order by book, number;
select is(root, sha256('\x01' || sha256('\x01' || l[1] || l[2]) || l[3]), 'the tree of three')
from oversight.seals, lateral (select array(select sha256('\x00' || pg_temp.packed('1', h.book, h.username, h.portfolio_id::text, h.seq::text, encode(h.checksum, 'hex')))
  from oversight.sealed_heads as h where (h.book, h.seal) = ('paper', 1) order by place)) as t (l)
where (book, number) = ('paper', 1);
select is(root, sha256(''), 'of none') from oversight.seals where (book, number) = ('live', 2);

-- RFC 6962's own test tree, of which every leaf finds its way to the root.
create temporary table leaves as
select array(select sha256('\x00'::bytea || decode(data, 'hex')) from unnest(string_to_array(',00,10,2021,3031,40414243,5051525354555657,606162636465666768696a6b6c6d6e6f', ','))
             with ordinality as d (data, n) order by n) as of;
select is(encode(oversight.merkle_root(of[1:n]), 'hex'), root, format('the root of %s', n))
from leaves, (values (1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'),
                     (2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'),
                     (5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'),
                     (8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')) as known (n, root);
create function pg_temp.folded(leaf bytea, path jsonb) returns bytea language plpgsql as $$
declare step jsonb;
begin
  for step in select * from jsonb_array_elements(path) loop
    leaf := sha256('\x01'::bytea || case when step ? 'left' then decode(step ->> 'left', 'hex') || leaf else leaf || decode(step ->> 'right', 'hex') end);
  end loop;
  return leaf;
end
$$;
select is(pg_temp.folded(of[place], oversight.merkle_path(of[1:n], place)), oversight.merkle_root(of[1:n]), format('leaf %s of %s', place, n))
from leaves, (values (1, 1), (1, 2), (3, 3), (1, 7), (6, 7), (7, 7), (8, 8)) as tried (place, n);

-- Laws.
select is(tests.refusal(tests.row_like('oversight.seals', change)), refused, refused)
from (values
  ('{"book": "both"}'::jsonb, '23514 seals_book_is_known'),
  ('{"number": 0, "previous_digest": "\\x00"}', '23514 seals_number_counts'),
  ('{"number": 9}', '23514 seals_chain_has_one_start'),
  ('{"digest": "\\x00"}', '23514 seals_digests_are_sha256'),
  ('{}', '23505 seals_pkey')) as tried (change, refused);
select is(tests.refusal(act), refused, act)
from (values ('update oversight.seals set chains = chains where false', 'TB001 seals'), ('delete from oversight.seals where false', 'TB001 seals'),
             ('update oversight.sealed_heads set seq = seq where false', 'TB001 sealed_heads'), ('delete from oversight.sealed_heads where false', 'TB001 sealed_heads'),
             (tests.row_like('oversight.sealed_heads', '{"place": 0, "seal": 2}'), '23514 sealed_heads_place_counts'),
             (tests.row_like('oversight.sealed_heads', '{"seal": 9}'), '23503 sealed_heads_seal_fkey'),
             (tests.row_like('oversight.sealed_heads', '{}'), '23505 sealed_heads_once_a_seal')) as tried (act, refused);

select is(tests.refusal(tests.row_like('oversight.seals', jsonb_build_object('number', 9, 'previous_digest', digest))), '23505 seals_chain_never_forks', 'a chain of seals never forks')
from oversight.seals where (book, number) = ('live', 1);

-- Past the guards: seals that were touched are told.
set local session_replication_role = replica;
create function pg_temp.broken(tampering text) returns text language plpgsql as $$
declare told text;
begin
  execute tampering;
  select string_agg(format('%s %s', v.book, v.number), ', ' order by v.book, v.number) into told from oversight.verify_seals() as v where not v.is_intact;
  raise exception using errcode = 'TT000', message = coalesce(told, 'nothing');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
select is(pg_temp.broken(tampering), found, tampering)
from (values
  ('select 1', 'nothing'),
  ('update oversight.sealed_heads set seq = seq + 1 where (book, username, seal) = (''paper'', ''bob'', 1)', 'paper 1'),
  ('delete from oversight.sealed_heads where (book, username, seal) = (''paper'', ''bob'', 1)', 'paper 1'),
  ('update oversight.seals set sealed_at = sealed_at - interval ''1 day'' where (book, number) = (''paper'', 1)', 'paper 1'),
  ('update oversight.seals set digest = sha256(''x'') where (book, number) = (''paper'', 1)', 'paper 1, paper 2'),
  ('delete from oversight.seals where number = 1', 'live 2, oversight 2, paper 2')) as tried (tampering, found);

select finish();
rollback;
