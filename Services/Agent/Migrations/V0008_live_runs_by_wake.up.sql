-- Runs that wait for a person stay for days, and no loop reads them before their time. No append changes wake_at.
CREATE INDEX live_runs_by_wake ON agent.live_runs (wake_at);
