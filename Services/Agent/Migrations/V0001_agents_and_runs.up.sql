-- Agents, conversations and what is said in them, and the journal of the runs.

-- A transaction says in troupe.organization for whom it works; '*' is for the few that must look across (a worker that looks for runs).
CREATE FUNCTION agent.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');

-- What can be seen of an agent. What a run needs of it is in agent_versions, whose rows never change, so that a run goes on as it began.
CREATE TABLE agent.agents (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text CHECK (length(description) <= 2000),
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX agents_by_user ON agent.agents (organization_id, user_id, id) WHERE deleted_at IS NULL;

CREATE TABLE agent.agent_versions (
    agent_id uuid NOT NULL REFERENCES agent.agents,
    version integer NOT NULL,
    organization_id uuid NOT NULL,
    instructions text NOT NULL CHECK (length(instructions) <= 32768),
    mode text NOT NULL CHECK (mode IN ('codeact', 'chat')),
    model_provider text, -- NULL, both: the installation's own
    model_name text,
    temperature double precision,
    max_steps integer NOT NULL CHECK (max_steps BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, version),
    CHECK ((model_provider IS NULL) = (model_name IS NULL))
);

CREATE TABLE agent.conversations (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    agent_id uuid NOT NULL REFERENCES agent.agents,
    title text CHECK (length(title) <= 200),
    message_count integer NOT NULL DEFAULT 0, -- the ordinal of the latest message
    has_session boolean NOT NULL DEFAULT false, -- whether code has run, so that an interpreter with variables is expected
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX conversations_by_user ON agent.conversations (organization_id, user_id, updated_at DESC, id DESC);

-- A conversation's cursor is its dense ordinal.
CREATE TABLE agent.messages (
    conversation_id uuid NOT NULL REFERENCES agent.conversations ON DELETE CASCADE,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    content text NOT NULL,
    run_id uuid NOT NULL, -- the run that it started, or that said it
    created_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
);

-- The work that one message started. user_id, session_id and scopes are the verified claims of the one who asked: for them the run acts.
CREATE TABLE agent.runs (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    scopes text[] NOT NULL,
    conversation_id uuid NOT NULL REFERENCES agent.conversations ON DELETE CASCADE,
    agent_id uuid NOT NULL,
    agent_version integer NOT NULL,
    message_id uuid NOT NULL,
    message_ordinal integer NOT NULL,
    expects_session boolean NOT NULL, -- has_session of the conversation when the run began
    journal_version integer NOT NULL, -- a worker claims only runs whose version it knows
    request_id text NOT NULL,
    trace_parent text NOT NULL,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'completed', 'failed', 'cancelled')), -- queued until the end
    problem json,
    reply_id uuid,
    last_event bigint, -- with finished_at
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((status = 'queued') = (finished_at IS NULL)),
    CHECK ((status = 'failed') = (problem IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (last_event IS NULL))
);
CREATE INDEX runs_by_conversation ON agent.runs (conversation_id, id);

-- One row for each run that has not ended: small and hot. No index on what changes with each append (epoch, head, shown_limit), so that
-- PostgreSQL updates the row within its page.
CREATE TABLE agent.live_runs (
    run_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL CONSTRAINT live_runs_conversation_unique UNIQUE, -- one run at a time
    journal_version integer NOT NULL,
    epoch bigint NOT NULL, -- the fence: it grows with each claim
    holder uuid, -- the worker that may append
    claims integer NOT NULL DEFAULT 0,
    head bigint NOT NULL, -- the number of the last event that is committed
    shown_limit bigint NOT NULL, -- no greater number has been shown to anyone
    wake_at timestamptz NOT NULL, -- not to be claimed before
    cancel_requested boolean NOT NULL DEFAULT false,
    CHECK (shown_limit >= head)
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX live_runs_by_holder ON agent.live_runs (holder);

-- The journal. A row holds the events first_seq to last_seq as a JSON array, exactly as they were or will be shown; an event that stands for
-- several numbers comes first and has the last of them. What must stay inside is in private.
CREATE TABLE agent.run_events (
    run_id uuid NOT NULL,
    first_seq bigint NOT NULL CHECK (first_seq >= 1),
    last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
    organization_id uuid NOT NULL,
    epoch bigint NOT NULL,
    type text NOT NULL, -- of the last event
    version integer NOT NULL,
    payload json NOT NULL,
    private json,
    PRIMARY KEY (run_id, first_seq)
) PARTITION BY RANGE (run_id);

-- Run ids are UUIDv7, so a month is a range of them. Never by a time column: the primary key would have to contain it.
CREATE TABLE agent.run_events_default PARTITION OF agent.run_events DEFAULT;
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
        EXECUTE format('CREATE TABLE agent.%I PARTITION OF agent.run_events FOR VALUES FROM (%L) TO (%L)',
            'run_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), lower_bound, upper_bound);
        month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
END $$;

-- The files that runs saved.
CREATE TABLE agent.artifacts (
    conversation_id uuid NOT NULL REFERENCES agent.conversations ON DELETE CASCADE,
    run_id uuid NOT NULL,
    seq bigint NOT NULL, -- the number of the event artifact.created
    organization_id uuid NOT NULL,
    file json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, run_id, seq)
);

-- One row for each loop that works, for as long as it runs. It belongs to no organisation.
CREATE TABLE agent.workers (
    id uuid PRIMARY KEY,
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 40);

-- What was answered to a request that may be sent again, written in the transaction of its effect.
CREATE TABLE agent.idempotency_keys (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    status integer NOT NULL,
    location text,
    entity_tag text,
    body json,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON agent.idempotency_keys (created_at);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['agents', 'agent_versions', 'conversations', 'messages', 'runs', 'live_runs', 'run_events', 'artifacts',
        'idempotency_keys'] LOOP
        EXECUTE format('ALTER TABLE agent.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE agent.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY organization ON agent.%I USING (agent.is_visible(organization_id))', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON agent.agents TO agent;
GRANT SELECT, INSERT ON agent.agent_versions TO agent;
GRANT SELECT, INSERT, UPDATE, DELETE ON agent.conversations, agent.messages, agent.runs, agent.live_runs, agent.artifacts, agent.workers,
    agent.idempotency_keys TO agent;
GRANT SELECT, INSERT, DELETE ON agent.run_events TO agent;
