DROP TABLE tool_execution.secrets;
