ALTER TABLE tool_execution.sandboxes DROP COLUMN template, DROP COLUMN metadata, DROP COLUMN ends_at;
