select shared_data.keep_shared('shared_data.quotes');
