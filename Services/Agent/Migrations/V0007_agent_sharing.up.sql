-- Who sees an agent besides its owner. The policy of the table goes by the organisation, as for everything that can be shared.
ALTER TABLE agent.agents ADD sharing text NOT NULL DEFAULT 'private' CHECK (sharing IN ('private', 'organization'));
CREATE INDEX agents_shared ON agent.agents (organization_id, id) WHERE sharing = 'organization' AND deleted_at IS NULL;
