-- Everybody may rehearse.
UPDATE auth.roles SET permissions = permissions || '{simulations:read,simulations:write}'
    WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND name IN ('user', 'creator', 'admin');
