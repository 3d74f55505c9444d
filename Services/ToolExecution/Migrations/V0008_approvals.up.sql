-- Calls of tools that a person has agreed to, for those tools whose policy is to ask. Only a token of the person's own writes here.
CREATE TABLE tool_execution.approvals (
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 300), -- the effect's
    call_hash bytea NOT NULL CHECK (length(call_hash) = 32), -- of the tool and its arguments
    organization_id uuid NOT NULL,
    approved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key, call_hash)
);
CREATE INDEX approvals_by_age ON tool_execution.approvals (approved_at);

ALTER TABLE tool_execution.approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.approvals USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, DELETE ON tool_execution.approvals TO tool_execution;
