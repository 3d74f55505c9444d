-- Processes that hold sandboxes. One that has not renewed its lease is removed by another, together with what it held; one that finds
-- its row gone ends its sandboxes. Nothing here belongs to an organisation.
CREATE TABLE tool_execution.nodes (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    lease_until timestamptz NOT NULL
);

CREATE TABLE tool_execution.sandboxes (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    conversation_id uuid, -- NULL: made by its owner, not by a run
    language text NOT NULL,
    timeout_s integer NOT NULL CHECK (timeout_s > 0),
    node_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'ended')),
    end_reason text,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX sandboxes_by_user ON tool_execution.sandboxes (user_id, id DESC);
CREATE INDEX sandboxes_running ON tool_execution.sandboxes (organization_id) WHERE status = 'running';
CREATE UNIQUE INDEX sandboxes_of_conversations ON tool_execution.sandboxes (conversation_id) WHERE status = 'running';
CREATE INDEX sandboxes_ended_of_conversations ON tool_execution.sandboxes (conversation_id, ended_at) WHERE status = 'ended';
CREATE INDEX sandboxes_ended ON tool_execution.sandboxes (ended_at) WHERE status = 'ended';

-- What runs asked for, under the key by which they may ask again. The result is the array of the events that were streamed.
CREATE TABLE tool_execution.effects (
    key text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 300),
    organization_id uuid NOT NULL,
    call_hash bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('code')),
    state text NOT NULL DEFAULT 'started' CHECK (state IN ('started', 'done')),
    node_id uuid NOT NULL,
    result json,
    created_at timestamptz NOT NULL,
    CHECK ((state = 'done') = (result IS NOT NULL))
);
CREATE INDEX effects_by_age ON tool_execution.effects (created_at);

CREATE TABLE tool_execution.idempotency_keys (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    status integer NOT NULL,
    location text,
    entity_tag text,
    body json,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON tool_execution.idempotency_keys (created_at);

-- A transaction says in troupe.organization for whom it works; '*' is for the few that must look across.
CREATE FUNCTION tool_execution.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');

ALTER TABLE tool_execution.sandboxes ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.sandboxes FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.sandboxes USING (tool_execution.is_visible(organization_id));
ALTER TABLE tool_execution.effects ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.effects FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.effects USING (tool_execution.is_visible(organization_id));
ALTER TABLE tool_execution.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.idempotency_keys USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON tool_execution.nodes, tool_execution.sandboxes, tool_execution.effects,
    tool_execution.idempotency_keys TO tool_execution;
