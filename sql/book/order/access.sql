select keep_private('orders');
select keep_rules('order_transitions');
