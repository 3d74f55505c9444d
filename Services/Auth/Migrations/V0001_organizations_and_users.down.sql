DROP TABLE auth.memberships;
DROP TABLE auth.roles;
DROP TABLE auth.users;
DROP TABLE auth.organizations;
DROP FUNCTION auth.is_visible(uuid);
