-- Which plan an organisation has; the services that limit something know what it allows. NULL: none.
ALTER TABLE auth.organizations ADD COLUMN plan text CHECK (plan ~ '^[a-z][a-z0-9_-]{0,62}$');
