select shared_data.keep_own('identity.settings');
select shared_data.keep_own('identity.risk_limits');
