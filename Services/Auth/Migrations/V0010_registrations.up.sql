-- Under which Idempotency-Key an account was made, for 24 hours: the same request again begins another session of it instead of being refused. Nothing
-- secret is kept: who comes again has to know the password, and the fingerprint is of e-mail address and name alone.
CREATE TABLE auth.registrations (
    user_id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX registrations_by_age ON auth.registrations (created_at);

ALTER TABLE auth.registrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.registrations FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.registrations USING (auth.is_visible(organization_id));

GRANT SELECT, INSERT, DELETE ON auth.registrations TO auth;
