-- A partition can be read past its parent's policies and truncated past its guards: so each is closed by itself.

create function shared_data.close_leaf(leaf regclass)
  returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  name text := (select relname from pg_class where oid = leaf);
begin
  execute format('alter table %s enable row level security', leaf);
  execute format('alter table %s force row level security', leaf);
  execute format('revoke all on %s from public, twinbook_engine, twinbook_paper, twinbook_live, twinbook_market_data, '
                 'twinbook_auditor, twinbook_backup', leaf);
  execute format('grant select on %s to twinbook_backup', leaf);
  execute format('create trigger %I before truncate on %s for each statement execute function '
                 'shared_data.refuse_change(''a partition is emptied by nobody'')',
                 name || '_is_never_removed', leaf);
end
$$;

comment on function shared_data.close_leaf is
  'Close a partition to everyone but its parent and the backup.';
