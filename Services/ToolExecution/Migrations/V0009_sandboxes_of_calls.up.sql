-- A sandbox that lives as long as a call of a tool: it counts against the sums of a plan, and is nobody's to list.
ALTER TABLE tool_execution.sandboxes ADD COLUMN is_of_call boolean NOT NULL DEFAULT false;
