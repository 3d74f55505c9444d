-- Every statement of a run looks across organisations, and asks of each row that it reads or writes whether that may be seen: a fifth of what its
-- appends cost. The question that is answered without the row comes first; the other is a function that PostgreSQL does not take apart, so that it
-- is not made ready in vain either.
CREATE FUNCTION agent.is_chosen(organization_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE COST 1 AS $$
BEGIN
    RETURN current_setting('troupe.organization', true) = organization_id::text;
END $$;
CREATE OR REPLACE FUNCTION agent.is_visible(organization_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN current_setting('troupe.organization', true) = '*' OR agent.is_chosen(organization_id);
