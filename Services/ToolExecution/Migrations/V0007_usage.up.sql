-- What running sandboxes were given, and what organisations have used day by day (UTC), for the limits of their plans.
ALTER TABLE tool_execution.sandboxes
    ADD COLUMN memory_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN disk_bytes bigint NOT NULL DEFAULT 0;

CREATE TABLE tool_execution.usage (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    processor_us bigint NOT NULL,
    output_bytes bigint NOT NULL,
    PRIMARY KEY (organization_id, day)
);
CREATE INDEX usage_by_day ON tool_execution.usage (day);

ALTER TABLE tool_execution.usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE tool_execution.usage FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON tool_execution.usage USING (tool_execution.is_visible(organization_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON tool_execution.usage TO tool_execution;
