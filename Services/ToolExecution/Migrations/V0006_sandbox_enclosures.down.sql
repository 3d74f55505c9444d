ALTER TABLE tool_execution.sandboxes DROP COLUMN network, DROP COLUMN tier, DROP COLUMN is_paused;
