SELECT set_config('troupe.organization', '*', true);
UPDATE auth.roles SET permissions = ARRAY(
    SELECT p FROM unnest(permissions) WITH ORDINALITY AS all_of_them (p, place)
    WHERE p <> ALL ('{tools:read,tools:write,tools:execute,secrets:read,secrets:write}') ORDER BY place);
