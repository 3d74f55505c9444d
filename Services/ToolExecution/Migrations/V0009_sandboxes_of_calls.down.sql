ALTER TABLE tool_execution.sandboxes DROP COLUMN is_of_call;
