-- Months for the journals' rows, from this one on, as far ahead as wanted: what is there stays. Returns how many were made. It runs as its
-- owner, since a serving process makes no tables.
CREATE FUNCTION simulation.add_simulation_event_partitions(months integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = simulation, pg_temp AS $$
DECLARE
    month timestamptz := date_trunc('month', now(), 'UTC');
    following timestamptz;
    made integer := 0;
BEGIN
    FOR n IN 0..least(months, 120) LOOP
        following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        IF to_regclass('simulation.simulation_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
            EXECUTE format('CREATE TABLE simulation.%I PARTITION OF simulation.simulation_events FOR VALUES FROM (%L) TO (%L)',
                'simulation_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'),
                rpad(lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0'), 32, '0')::uuid,
                rpad(lpad(to_hex((extract(epoch FROM following) * 1000)::bigint), 12, '0'), 32, '0')::uuid);
            made := made + 1;
        END IF;
        month := following;
    END LOOP;
    RETURN made;
END $$;

REVOKE ALL ON FUNCTION simulation.add_simulation_event_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION simulation.add_simulation_event_partitions(integer) TO simulation;
