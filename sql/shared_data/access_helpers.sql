-- What an access.sql says. The book's helpers know their book from the search path that is being loaded.
-- Each begins by revoking, or a withdrawn grant would survive a reload.

-- Nobody but the engine, the auditor and the backup: what every table starts from.
create function shared_data.close_table(target regclass)
  returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('revoke all on %s from public, twinbook_engine, twinbook_paper, twinbook_live, twinbook_market_data, '
                 'twinbook_broker, twinbook_admin, twinbook_auditor, twinbook_backup', target);
  execute format('create policy %I on %s to twinbook_engine using (true) with check (true)',
                 (select relname from pg_class where oid = target) || '_engine_acts', target);
  execute format('create policy %I on %s for select to twinbook_auditor using (true)',
                 (select relname from pg_class where oid = target) || '_auditor_reads', target);
  execute format('grant select, insert, update on %s to twinbook_engine', target);
  execute format('grant select on %s to twinbook_auditor, twinbook_backup', target);
end
$$;

-- keep_private('orders'): in a book, rows belong to their user; the engine acts for all, the auditor reads all.
create function shared_data.keep_private(tenant_table text)
  returns void
  language plpgsql
as $$
declare
  trader text := format('twinbook_%s', split_part(current_schema(), '_', 1));
begin
  perform shared_data.close_table(tenant_table::regclass);
  execute format(
    'create policy %I on %I to twinbook_owner, %I using (username = (select identity.current_username(book())))',
    tenant_table || '_are_private', tenant_table, trader);
  execute format('grant select on %I to %I', tenant_table, trader);
end
$$;

-- keep_own('identity.users'): outside the books, rows belong to their user, whichever book he came from.
create function shared_data.keep_own(tenant_table regclass)
  returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform shared_data.close_table(tenant_table);
  execute format(
    'create policy %I on %s to twinbook_owner, twinbook_paper, twinbook_live '
    'using (username = (select identity.current_username(null)))',
    (select relname from pg_class where oid = tenant_table) || '_are_private', tenant_table);
  execute format('grant select on %s to twinbook_paper, twinbook_live', tenant_table);
end
$$;

-- keep_shared('shared_data.quotes'): one's own rows, and for reading those of the market, which are everybody's.
create function shared_data.keep_shared(tenant_table regclass)
  returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  name constant text := (select relname from pg_class where oid = tenant_table);
begin
  perform shared_data.close_table(tenant_table);
  execute format(
    'create policy %I on %s for select to twinbook_owner, twinbook_paper, twinbook_live, twinbook_market_data '
    'using (username in (''market'', (select identity.current_username(null))))',
    name || '_are_seen', tenant_table);
  execute format(
    'create policy %I on %s for insert to twinbook_owner '
    'with check (username = (select identity.current_username(null)))',
    name || '_are_added_by_their_user', tenant_table);
  execute format(
    'create policy %I on %s for update to twinbook_owner '
    'using (username = (select identity.current_username(null)))',
    name || '_are_changed_by_their_user', tenant_table);
  execute format('grant select on %s to twinbook_paper, twinbook_live, twinbook_market_data', tenant_table);
end
$$;

-- keep_public('shared_data.instruments'): reference data without a user, the same for everyone.
create function shared_data.keep_public(reference_table regclass)
  returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('revoke all on %s from public, twinbook_engine', reference_table);
  execute format('grant select, insert, update on %s to twinbook_engine', reference_table);
  perform shared_data.let_all_read(reference_table);
end
$$;

-- keep_rules('order_transitions'): rules as rows, in a book; read by all who use the book, written by the loader.
create function shared_data.keep_rules(rule_table text)
  returns void
  language plpgsql
as $$
begin
  execute format('revoke all on %I from public, twinbook_engine', rule_table);
  execute format('grant select on %I to twinbook_engine, twinbook_backup', rule_table);
  perform shared_data.let_traders_read(rule_table);
end
$$;

-- let_all_read('shared_data.error_codes'): everyone with a role of ours may read it.
create function shared_data.let_all_read(relation regclass)
  returns void
  language plpgsql
as $$
begin
  execute format('grant select on %s to twinbook_paper, twinbook_live, twinbook_market_data, twinbook_broker, '
                 'twinbook_admin, twinbook_auditor, twinbook_backup, twinbook_engine', relation);
end
$$;

-- let_traders('cancel_order'): this verb is for the book's traders.
create function shared_data.let_traders(verb text)
  returns void
  language plpgsql
as $$
begin
  perform shared_data.let_only(verb, format('twinbook_%s', split_part(current_schema(), '_', 1)));
end
$$;

-- let_traders_read('open_positions'): this view is for the book's traders, and for the auditor.
create function shared_data.let_traders_read(view_name text)
  returns void
  language plpgsql
as $$
declare
  trader text := format('twinbook_%s', split_part(current_schema(), '_', 1));
begin
  execute format('revoke all on %I from public, twinbook_auditor, %I', view_name, trader);
  execute format('grant select on %I to twinbook_auditor, %I', view_name, trader);
end
$$;

-- let_only('shared_data.record_quote', 'twinbook_market_data'): this function is for these roles.
create function shared_data.let_only(verb text, variadic roles text[])
  returns void
  language plpgsql
as $$
declare
  role text;
begin
  execute format('revoke all on function %s from public', verb::regproc);
  foreach role in array roles loop
    execute format('grant execute on function %s to %I', verb::regproc, role);
  end loop;
end
$$;

-- let_engine_act(): matching and other sweeps run the book's own functions, as the engine.
create function shared_data.let_engine_act()
  returns void
  language plpgsql
as $$
begin
  execute format('grant execute on all functions in schema %I to twinbook_engine', current_schema());
end
$$;

grant execute on function
  shared_data.close_table, shared_data.keep_private, shared_data.keep_own, shared_data.keep_shared,
  shared_data.keep_public, shared_data.keep_rules, shared_data.let_all_read,
  shared_data.let_traders, shared_data.let_traders_read, shared_data.let_only
  to twinbook_engine;
