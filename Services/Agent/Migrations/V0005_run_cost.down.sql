ALTER TABLE agent.runs DROP cost;
