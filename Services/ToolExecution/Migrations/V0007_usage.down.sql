DROP TABLE tool_execution.usage;
ALTER TABLE tool_execution.sandboxes DROP COLUMN memory_bytes, DROP COLUMN disk_bytes;
