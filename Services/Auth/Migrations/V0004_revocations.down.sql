DROP TABLE auth.revocations;
DROP FUNCTION auth.place_revocation();
DROP SEQUENCE auth.revocation_position;
