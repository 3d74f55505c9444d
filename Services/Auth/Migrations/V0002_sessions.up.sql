-- A log-in on one device, and the chain of refresh tokens that keeps it going.

CREATE TABLE auth.sessions (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    client_id text NOT NULL,
    scope text[], -- NULL: all that the roles allow
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('logged_out', 'refresh_token_reused')),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_by_user ON auth.sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_expiry ON auth.sessions (expires_at);

-- Only the SHA-256 of a token is stored. The session is the family: a token that comes a second time ends it.
CREATE TABLE auth.refresh_tokens (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    session_id uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_by_session ON auth.refresh_tokens (session_id);

ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.sessions USING (auth.is_visible(organization_id));
ALTER TABLE auth.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.refresh_tokens USING (auth.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sessions, auth.refresh_tokens TO auth;
