select keep_private('order_outbox');
select keep_rules('outbox_transitions');
