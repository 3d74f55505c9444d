SELECT set_config('troupe.organization', '*', true);
ALTER TABLE simulation.simulations DROP COLUMN input_size;
UPDATE simulation.simulations SET status = 'running' WHERE status = 'awaiting_approval';
ALTER TABLE simulation.simulations DROP CONSTRAINT simulations_status_check;
ALTER TABLE simulation.simulations ADD CONSTRAINT simulations_status_check
    CHECK (status IN ('running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'));
