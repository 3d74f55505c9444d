-- What must be refused although its signature still holds. Verifiers read it in the order of position and remember the last one.
--
-- A sequence alone leaves gaps that close later: a transaction may draw 7, another draw and commit 8, a reader see 8 and pass 7 by for
-- ever. So the position is drawn under a lock that is held until the transaction has ended: whoever sees a position sees all below it
-- that will ever be. Revocations are rare and are the last statement of their transaction, so the lock is short.

CREATE SEQUENCE auth.revocation_position;

CREATE TABLE auth.revocations (
    position bigint PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    kind text NOT NULL CHECK (kind IN ('session', 'user')),
    subject uuid NOT NULL,
    revoked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revocations_by_expiry ON auth.revocations (expires_at);

CREATE FUNCTION auth.place_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('auth.revocations', 0));
    NEW.position := nextval('auth.revocation_position');
    RETURN NEW;
END
$$;
CREATE TRIGGER place BEFORE INSERT ON auth.revocations FOR EACH ROW EXECUTE FUNCTION auth.place_revocation();

ALTER TABLE auth.revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.revocations FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.revocations USING (auth.is_visible(organization_id));

GRANT SELECT, INSERT, DELETE ON auth.revocations TO auth;
GRANT USAGE ON SEQUENCE auth.revocation_position TO auth;
