CREATE OR REPLACE FUNCTION agent.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) IN (organization_id::text, '*');
DROP FUNCTION agent.is_chosen(uuid);
