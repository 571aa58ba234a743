-- What a broker may tell late: a fill of an order that had ended. Facts are never refused.
insert into order_transitions (from_status, to_status)
values ('CANCELED', 'FILLED'), ('EXPIRED', 'FILLED')
on conflict do nothing;
