DROP TABLE agent.idempotency_keys, agent.workers, agent.artifacts, agent.run_events, agent.live_runs, agent.runs, agent.messages,
    agent.conversations, agent.agent_versions, agent.agents;
DROP FUNCTION agent.is_visible(uuid);
