select shared_data.keep_own('identity.users');
