DROP TRIGGER revoke_suspended ON auth.users;
DROP FUNCTION auth.revoke_suspended();
