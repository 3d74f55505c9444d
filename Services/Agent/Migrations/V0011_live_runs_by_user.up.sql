-- Whose runs have not ended, so that nobody takes all the places. NULL: the version before accepted it. No append changes it.
ALTER TABLE agent.live_runs ADD user_id uuid;
SELECT set_config('troupe.organization', '*', true);
UPDATE agent.live_runs l SET user_id = r.user_id FROM agent.runs r WHERE r.id = l.run_id;
CREATE INDEX live_runs_by_user ON agent.live_runs (user_id);
