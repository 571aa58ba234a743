select shared_data.keep_own('identity.broker_accounts');
