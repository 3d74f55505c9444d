-- What sandboxes asked outside, written before it was asked. Paths are kept without their queries, which may hold secrets.
CREATE TABLE tool_execution.network_requests (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sandbox_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    method text NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    path text, -- NULL: a tunnel
    decision text NOT NULL CHECK (decision IN ('allowed', 'refused')),
    reason text,
    status integer,
    sent_bytes bigint NOT NULL DEFAULT 0,
    received_bytes bigint NOT NULL DEFAULT 0,
    is_complete boolean NOT NULL
);
CREATE INDEX network_requests_by_user ON tool_execution.network_requests (user_id, id DESC);
CREATE INDEX network_requests_by_sandbox ON tool_execution.network_requests (sandbox_id, id DESC);
CREATE INDEX network_requests_by_age ON tool_execution.network_requests (created_at);

ALTER TABLE tool_execution.network_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.network_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.network_requests USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON tool_execution.network_requests TO tool_execution;
