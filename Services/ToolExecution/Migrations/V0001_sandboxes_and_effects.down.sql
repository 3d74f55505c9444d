DROP TABLE tool_execution.idempotency_keys;
DROP TABLE tool_execution.effects;
DROP TABLE tool_execution.sandboxes;
DROP TABLE tool_execution.nodes;
DROP FUNCTION tool_execution.is_visible(uuid);
