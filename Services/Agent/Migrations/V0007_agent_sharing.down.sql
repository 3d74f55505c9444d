ALTER TABLE agent.agents DROP COLUMN sharing;
