DROP TABLE tool_execution.approvals;
