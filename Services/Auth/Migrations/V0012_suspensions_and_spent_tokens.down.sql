DROP INDEX auth.refresh_tokens_by_expiry;
CREATE OR REPLACE FUNCTION auth.revoke_suspended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
        VALUES (NEW.organization_id, 'user', NEW.id, now(), now() + interval '31 minutes');
    RETURN NULL;
END
$$;
