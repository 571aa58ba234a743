-- The engine's alone, which signs and verifies, and the backup's, or a dump would stop here. The owner doesn't read
-- them, so that no user's verb can; nor does the auditor, who could otherwise be anybody.
select shared_data.close_table('identity.signing_keys');
drop policy signing_keys_auditor_reads on identity.signing_keys;
revoke select on identity.signing_keys from twinbook_auditor;
