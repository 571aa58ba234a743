select keep_private('trades');
select keep_rules('trade_transitions');
