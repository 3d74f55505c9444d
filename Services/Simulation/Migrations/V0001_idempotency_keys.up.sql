-- Answers to requests that may be sent again, as every service keeps them.

-- A transaction says in troupe.organization for whom it works; '*' is for the few that must look across.
CREATE FUNCTION simulation.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');

CREATE TABLE simulation.idempotency_keys (
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
CREATE INDEX idempotency_keys_by_age ON simulation.idempotency_keys (created_at);

ALTER TABLE simulation.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE simulation.idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON simulation.idempotency_keys USING (simulation.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON simulation.idempotency_keys TO simulation;
