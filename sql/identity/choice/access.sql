select shared_data.let_all_read('identity.chosen_identity');
