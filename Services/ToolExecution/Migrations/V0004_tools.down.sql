DROP TABLE tool_execution.tool_policies;
DROP TABLE tool_execution.tools;
