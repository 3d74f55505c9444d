-- The turn of a simulation may wait for its owner to agree to a call of a tool.
ALTER TABLE simulation.simulations DROP CONSTRAINT simulations_status_check;
ALTER TABLE simulation.simulations ADD CONSTRAINT simulations_status_check
    CHECK (status IN ('running', 'awaiting_approval', 'waiting', 'paused', 'completed', 'failed', 'cancelled'));

-- How much people have said in it, in bytes: whoever goes on with it has to read all of it.
ALTER TABLE simulation.simulations ADD COLUMN input_size integer NOT NULL DEFAULT 0;
