-- How a sandbox is kept apart, what it may ask outside, and whether it stands still.
ALTER TABLE tool_execution.sandboxes
    ADD COLUMN network json, -- NULL: nothing
    ADD COLUMN tier text NOT NULL DEFAULT 'namespaces',
    ADD COLUMN is_paused boolean NOT NULL DEFAULT false;
