REVOKE DELETE ON auth.memberships FROM auth;
