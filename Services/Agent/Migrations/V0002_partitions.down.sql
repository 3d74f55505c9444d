-- The months that it made stay: they hold journals.
DROP FUNCTION agent.add_run_event_partitions(integer);
