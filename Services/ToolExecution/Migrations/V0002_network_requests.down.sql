DROP TABLE tool_execution.network_requests;
