UPDATE auth.roles SET permissions = array_remove(array_remove(permissions, 'simulations:read'), 'simulations:write')
    WHERE organization_id = '00000000-0000-0000-0000-000000000000';
