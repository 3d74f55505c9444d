-- What a sandbox is made for, its maker's words about it, and, for some, when it ends whether it is used or not.
ALTER TABLE tool_execution.sandboxes
    ADD COLUMN template text NOT NULL DEFAULT 'code_interpreter',
    ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN ends_at timestamptz;
