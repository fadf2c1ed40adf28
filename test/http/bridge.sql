-- The bridge's role reads nothing but tokens; who they are of may work in the tenant.
SELECT scim_grant_bridge('scim_bridge'), scim_grant_tenant('default', 'provisioner');
