-- Takes the live venue's own tables away again.
drop type broker_task;
drop table reconciliation_differences, outbox_transitions, order_outbox;
