-- The months that it made stay: they hold journals.
DROP FUNCTION simulation.add_simulation_event_partitions(integer);
