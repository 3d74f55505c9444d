-- Since when a simulation has its status, so that those which nobody has looked after for long can be ended; and who has how many that go on.
ALTER TABLE simulation.simulations ADD COLUMN status_since timestamptz NOT NULL DEFAULT now();
CREATE INDEX simulations_by_user ON simulation.simulations (user_id) WHERE finished_at IS NULL;
