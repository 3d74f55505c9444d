-- The tools that an agent may call, by name.
ALTER TABLE agent.agent_versions ADD tools text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tools) <= 32);
