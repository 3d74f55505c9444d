-- What is known of each file; the bytes are in the storage, under the same id.

-- A transaction says in troupe.organization for whom it works; '*' is for the few that must look across (signed addresses, the sweeper).
CREATE FUNCTION file.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');

CREATE TABLE file.files (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    media_type text NOT NULL CHECK (length(media_type) BETWEEN 1 AND 255),
    size bigint NOT NULL CHECK (size >= 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    conversation_id uuid,
    run_id uuid,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX files_by_user ON file.files (organization_id, user_id, id DESC);
CREATE INDEX files_by_conversation ON file.files (conversation_id, id DESC) WHERE conversation_id IS NOT NULL;

-- One row an organisation: the quota is checked and counted in the inserting transaction.
CREATE TABLE file.usage (
    organization_id uuid PRIMARY KEY,
    bytes bigint NOT NULL CHECK (bytes >= 0)
);

CREATE TABLE file.idempotency_keys (
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
CREATE INDEX idempotency_keys_by_age ON file.idempotency_keys (created_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['files', 'usage', 'idempotency_keys'] LOOP
        EXECUTE format('ALTER TABLE file.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE file.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY organization ON file.%I USING (file.is_visible(organization_id))', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, DELETE ON file.files TO file;
GRANT SELECT, INSERT, UPDATE ON file.usage TO file;
GRANT SELECT, INSERT, UPDATE, DELETE ON file.idempotency_keys TO file;
