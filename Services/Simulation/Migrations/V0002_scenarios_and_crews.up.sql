-- What is rehearsed, and by whom. Each belongs to a person; shared with the organisation, others may read and use it.
-- Simulations keep copies, so that these may be changed and deleted at any time.

CREATE TABLE simulation.scenarios (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    setting text NOT NULL,
    inputs json NOT NULL,
    sharing text NOT NULL CHECK (sharing IN ('private', 'organization')),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX scenarios_by_organization ON simulation.scenarios (organization_id, id DESC);

CREATE TABLE simulation.crews (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    process text NOT NULL CHECK (process IN ('sequential', 'hierarchical')),
    manager text CHECK ((manager IS NOT NULL) = (process = 'hierarchical')),
    members json NOT NULL,
    tasks json NOT NULL,
    agent_ids uuid[] NOT NULL, -- of the members
    max_revisions integer NOT NULL,
    inputs json NOT NULL,
    sharing text NOT NULL CHECK (sharing IN ('private', 'organization')),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX crews_by_organization ON simulation.crews (organization_id, id DESC);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['scenarios', 'crews'] LOOP
        EXECUTE format('ALTER TABLE simulation.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE simulation.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY organization ON simulation.%I USING (simulation.is_visible(organization_id))', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON simulation.scenarios, simulation.crews TO simulation;
