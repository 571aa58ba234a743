select shared_data.keep_shared('shared_data.corporate_actions');
