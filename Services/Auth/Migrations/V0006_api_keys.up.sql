-- Lasting secrets of people's programs. Only the SHA-256 of a secret is stored. Each has a session of its own, so that what was given
-- for it is revoked as the tokens of a log-in are.
CREATE TABLE auth.api_keys (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    session_id uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    hint text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_by_user ON auth.api_keys (user_id, id DESC);
CREATE INDEX api_keys_by_session ON auth.api_keys (session_id);

ALTER TABLE auth.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.api_keys USING (auth.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON auth.api_keys TO auth;
