select shared_data.keep_public('shared_data.broker_symbols');
