-- Whoever leaves an organisation that they had joined leaves nothing of it behind.
GRANT DELETE ON auth.memberships TO auth;
