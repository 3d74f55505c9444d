-- What the proxy puts into requests. The value is sealed; the key is not in the database.
CREATE TABLE tool_execution.secrets (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL, -- who made it
    name text NOT NULL,
    hosts text[] NOT NULL,
    header text NOT NULL,
    prefix text NOT NULL,
    sealed_value bytea NOT NULL,
    idempotency_key text, -- a request sent again is compared with the secret itself: a digest of its body would tell of the value
    created_at timestamptz NOT NULL,
    UNIQUE (organization_id, name)
);

ALTER TABLE tool_execution.secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.secrets USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON tool_execution.secrets TO tool_execution;
