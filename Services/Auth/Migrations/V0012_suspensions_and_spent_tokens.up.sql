-- The moment of the suspension itself: now() is the beginning of its transaction, and what was given out since then would go on.
CREATE OR REPLACE FUNCTION auth.revoke_suspended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
        VALUES (NEW.organization_id, 'user', NEW.id, clock_timestamp(), clock_timestamp() + interval '31 minutes');
    RETURN NULL;
END
$$;

-- Spent tokens are forgotten in time, also those of a session that goes on.
CREATE INDEX refresh_tokens_by_expiry ON auth.refresh_tokens (expires_at) WHERE used_at IS NOT NULL;
