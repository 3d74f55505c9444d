-- The keys that sign access tokens. The private half is an AES-256-GCM envelope under the master key of the configuration.

CREATE TABLE auth.signing_keys (
    id text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    sealed_private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);
CREATE INDEX signing_keys_by_use ON auth.signing_keys (signs_from DESC);

ALTER TABLE auth.signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.signing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.signing_keys USING (auth.is_visible(organization_id));

GRANT SELECT, INSERT, DELETE ON auth.signing_keys TO auth;
