-- Verifies the book, and keeps how far each chain was found whole, for verifying onward; where it may write.

create function verify_and_keep(is_onward boolean)
  returns table (
    username               text,
    portfolio_id           uuid,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql
  set search_path from current
as $$
begin
  if current_setting('transaction_read_only')::boolean then
    return query select * from verify(verify_and_keep.is_onward);
    return;
  end if;

  return query
  with found as materialized (
    select * from verify(verify_and_keep.is_onward)
  ),
  kept as (
    insert into oversight.verified as v (username, book, portfolio_id, seq, checksum)
    select a.username, book(), a.portfolio_id, a.seq, a.checksum
    from found as f
    join audit_log as a on (a.username, a.portfolio_id, a.seq) = (f.username, f.portfolio_id, f.events)
    where f.chain_intact and f.rebuilt_equals_stored
    on conflict on constraint verified_once do update
    set (seq, checksum, verified_at) = (excluded.seq, excluded.checksum, excluded.verified_at)
    where v.seq < excluded.seq
  )
  select f.* from found as f order by f.username, f.portfolio_id;
end
$$;

comment on function verify_and_keep is 'Verify the book, and keep how far each chain was found whole.';
