select shared_data.keep_public('oversight.live_switch');
