ALTER TABLE agent.live_runs DROP COLUMN user_id;
