-- Simulations, their journals, and what people say and ask for while somebody holds them.

-- user_id, session_id and scopes are the verified claims of the one who began it: for them the members' agents act.
CREATE TABLE simulation.simulations (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scopes text[] NOT NULL,
    scenario_id uuid NOT NULL, -- which may be gone by now
    crew_id uuid,
    agent_ids uuid[] NOT NULL,
    seed bigint NOT NULL,
    title text,
    sharing text NOT NULL CHECK (sharing IN ('private', 'organization')),
    plan json NOT NULL, -- scenario and crew as they were, placeholders filled
    request_id text NOT NULL,
    trace_parent text NOT NULL,
    status text NOT NULL DEFAULT 'running'
        CHECK (status IN ('running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')),
    problem json,
    summary json,
    last_event bigint, -- with finished_at
    inputs integer NOT NULL DEFAULT 0, -- the place of the last of simulation.inputs
    is_closing boolean NOT NULL DEFAULT false, -- its end was asked for: nothing more is taken
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (last_event IS NULL))
);
CREATE INDEX simulations_by_organization ON simulation.simulations (organization_id, id DESC);

-- What people say and ask for. Whoever holds the simulation takes it into the journal, in this order.
CREATE TABLE simulation.inputs (
    simulation_id uuid NOT NULL REFERENCES simulation.simulations ON DELETE CASCADE,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('say', 'pause', 'resume', 'complete')),
    content text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (simulation_id, ordinal)
);

-- One row for each simulation that has not ended: small and hot. No index on what changes with each append.
CREATE TABLE simulation.live_simulations (
    simulation_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    journal_version integer NOT NULL,
    epoch bigint NOT NULL, -- the fence: it grows with each claim
    holder uuid, -- the worker that may append
    claims integer NOT NULL DEFAULT 0,
    head bigint NOT NULL, -- the number of the last event that is committed
    shown_limit bigint NOT NULL,
    wake_at timestamptz NOT NULL,
    cancel_requested boolean NOT NULL DEFAULT false,
    CHECK (shown_limit >= head)
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX live_simulations_by_holder ON simulation.live_simulations (holder);

-- The journal: a row holds the events first_seq to last_seq as a JSON array, exactly as they are shown.
CREATE TABLE simulation.simulation_events (
    simulation_id uuid NOT NULL,
    first_seq bigint NOT NULL CHECK (first_seq >= 1),
    last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
    organization_id uuid NOT NULL,
    epoch bigint NOT NULL,
    type text NOT NULL, -- of the last event
    version integer NOT NULL,
    payload json NOT NULL,
    private json,
    PRIMARY KEY (simulation_id, first_seq)
) PARTITION BY RANGE (simulation_id);

-- Ids are UUIDv7, so a month is a range of them. Never by a time column: the primary key would have to contain it.
CREATE TABLE simulation.simulation_events_default PARTITION OF simulation.simulation_events DEFAULT;
DO $$
DECLARE
    month timestamptz := date_trunc('month', now(), 'UTC');
    lower_bound uuid;
    upper_bound uuid;
BEGIN
    FOR n IN 0..23 LOOP
        lower_bound := rpad(lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
        upper_bound := rpad(lpad(to_hex((extract(epoch FROM (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC') * 1000)::bigint),
            12, '0'), 32, '0')::uuid;
        EXECUTE format('CREATE TABLE simulation.%I PARTITION OF simulation.simulation_events FOR VALUES FROM (%L) TO (%L)',
            'simulation_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), lower_bound, upper_bound);
        month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
END $$;

-- One row for each loop that works, for as long as it runs. It belongs to no organisation.
CREATE TABLE simulation.workers (
    id uuid PRIMARY KEY,
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 40);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['simulations', 'inputs', 'live_simulations', 'simulation_events'] LOOP
        EXECUTE format('ALTER TABLE simulation.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE simulation.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY organization ON simulation.%I USING (simulation.is_visible(organization_id))', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON simulation.simulations, simulation.live_simulations, simulation.workers TO simulation;
GRANT SELECT, INSERT, DELETE ON simulation.inputs, simulation.simulation_events TO simulation;
