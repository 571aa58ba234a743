-- Auditors read. What runs as the owner sees how the chains of who acts were sealed, so that users verify their own.
select shared_data.keep_public('oversight.seals');
revoke all on oversight.seals from twinbook_paper, twinbook_live, twinbook_market_data, twinbook_broker;
select shared_data.close_table('oversight.sealed_heads');
select shared_data.close_table('oversight.verified');

create policy sealed_heads_are_of_who_acts on oversight.sealed_heads for select to twinbook_owner
  using (username = (select identity.current_username(null)));
