-- Tools of people's own, and what each person allows.
CREATE TABLE tool_execution.tools (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    definition json NOT NULL, -- as it was given
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (organization_id, user_id, name)
);

CREATE TABLE tool_execution.tool_policies (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    tool text NOT NULL,
    agent_id uuid, -- NULL: for all of whom nothing else is said
    policy text NOT NULL CHECK (policy IN ('allow', 'ask', 'deny')),
    UNIQUE NULLS NOT DISTINCT (organization_id, user_id, tool, agent_id)
);

ALTER TABLE tool_execution.tools ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.tools FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.tools USING (tool_execution.is_visible(organization_id));
ALTER TABLE tool_execution.tool_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.tool_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.tool_policies USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON tool_execution.tools, tool_execution.tool_policies TO tool_execution;
