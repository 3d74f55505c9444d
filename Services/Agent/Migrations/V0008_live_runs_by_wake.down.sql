DROP INDEX agent.live_runs_by_wake;
