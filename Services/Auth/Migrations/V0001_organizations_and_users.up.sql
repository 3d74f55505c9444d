-- People, the organisations they belong to, and what their roles allow.
-- The organisation 00000000-0000-0000-0000-000000000000 is the installation itself: it owns the built-in roles and the signing keys.

CREATE TABLE auth.organizations (
    organization_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    is_personal boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- organization_id is the personal organisation, which is made together with the user.
CREATE TABLE auth.users (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    email_key text NOT NULL CONSTRAINT users_email_key_unique UNIQUE,
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
    password_hash text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Built-in roles belong to the installation; an organisation adds its own beside them.
CREATE TABLE auth.roles (
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    permissions text[] NOT NULL,
    PRIMARY KEY (organization_id, name)
);

CREATE TABLE auth.memberships (
    organization_id uuid NOT NULL REFERENCES auth.organizations,
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id, role)
);
CREATE INDEX memberships_by_user ON auth.memberships (user_id);

-- A transaction says in troupe.organization for whom it works; '*' is for the few that must look across (finding a person by e-mail).
CREATE FUNCTION auth.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');

ALTER TABLE auth.organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.organizations USING (auth.is_visible(organization_id));
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.users FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.users USING (auth.is_visible(organization_id));
ALTER TABLE auth.memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.memberships USING (auth.is_visible(organization_id));
ALTER TABLE auth.roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.roles FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON auth.roles USING (auth.is_visible(organization_id));
CREATE POLICY built_in ON auth.roles FOR SELECT USING (organization_id = '00000000-0000-0000-0000-000000000000');

GRANT SELECT, INSERT, UPDATE ON auth.organizations, auth.users, auth.memberships TO auth;
GRANT SELECT ON auth.roles TO auth;

SELECT set_config('troupe.organization', '*', true);
INSERT INTO auth.organizations (organization_id, name, is_personal)
    VALUES ('00000000-0000-0000-0000-000000000000', 'Installation', false);
INSERT INTO auth.roles (organization_id, name, permissions) VALUES
    ('00000000-0000-0000-0000-000000000000', 'user',
        '{agents:read,conversations:read,conversations:write,sandboxes:read,files:read,files:write}'),
    ('00000000-0000-0000-0000-000000000000', 'creator',
        '{agents:read,agents:write,conversations:read,conversations:write,sandboxes:read,sandboxes:write,files:read,files:write}'),
    ('00000000-0000-0000-0000-000000000000', 'admin',
        '{agents:read,agents:write,conversations:read,conversations:write,sandboxes:read,sandboxes:write,files:read,files:write}');
