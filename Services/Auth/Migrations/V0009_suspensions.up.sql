-- Whoever suspends a person, by whatever way, ends what their tokens allow: the revocation is written where the suspension is. It is kept
-- for as long as an access token lives, and a minute.
CREATE FUNCTION auth.revoke_suspended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
        VALUES (NEW.organization_id, 'user', NEW.id, now(), now() + interval '31 minutes');
    RETURN NULL;
END
$$;
CREATE TRIGGER revoke_suspended AFTER UPDATE OF status ON auth.users FOR EACH ROW
    WHEN (NEW.status = 'suspended' AND OLD.status <> 'suspended') EXECUTE FUNCTION auth.revoke_suspended();
