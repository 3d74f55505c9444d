ALTER TABLE agent.runs DROP COLUMN can_ask;
DROP TABLE agent.approvals;
