-- For what is written from now on: to look through all that is there would hold up every simulation.
ALTER TABLE simulation.live_simulations ADD CHECK (shown_limit >= head) NOT VALID;
ALTER TABLE simulation.simulation_events ADD CHECK (first_seq >= 1) NOT VALID, ADD CHECK (last_seq >= first_seq) NOT VALID;
ALTER TABLE simulation.simulations
    ADD CHECK (sharing IN ('private', 'organization')) NOT VALID,
    ADD CONSTRAINT simulations_status_check
        CHECK (status IN ('running', 'awaiting_approval', 'waiting', 'paused', 'completed', 'failed', 'cancelled')) NOT VALID,
    ADD CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)) NOT VALID,
    ADD CHECK ((finished_at IS NULL) = (last_event IS NULL)) NOT VALID;
