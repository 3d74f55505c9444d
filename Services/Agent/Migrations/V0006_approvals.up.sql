-- Calls of tools that a person has to agree to. A row is written with the event that asks; the run waits, held by nobody, until it has a decision
-- or expires_at is over.
CREATE TABLE agent.approvals (
    run_id uuid NOT NULL REFERENCES agent.runs ON DELETE CASCADE,
    call bigint NOT NULL, -- the number of the event tool.started
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    arguments text NOT NULL, -- as the model wrote them
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('approved', 'rejected', 'expired', 'withdrawn')), -- withdrawn: the run ended without one
    reason text CHECK (length(reason) <= 1000),
    decided_at timestamptz,
    PRIMARY KEY (run_id, call),
    CHECK ((decision IS NULL) = (decided_at IS NULL))
);
CREATE INDEX approvals_open_by_user ON agent.approvals (organization_id, user_id, run_id, call) WHERE decision IS NULL;

ALTER TABLE agent.approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent.approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON agent.approvals USING (agent.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON agent.approvals TO agent;

-- Whether there is somebody who can be asked: not in a run that a service started for a person, nor in one that an older program accepted.
ALTER TABLE agent.runs ADD can_ask boolean NOT NULL DEFAULT false;
