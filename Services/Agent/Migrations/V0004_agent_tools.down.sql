ALTER TABLE agent.agent_versions DROP tools;
