-- Tools and secrets have permissions of their own; every role keeps what it could do.
SELECT set_config('troupe.organization', '*', true);
UPDATE auth.roles SET permissions = permissions || '{tools:read,secrets:read}' WHERE 'sandboxes:read' = ANY (permissions);
UPDATE auth.roles SET permissions = permissions || '{tools:write,tools:execute,secrets:write}' WHERE 'sandboxes:write' = ANY (permissions);
