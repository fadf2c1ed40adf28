-- Bulk requests (src/rest/bulk.c): many operations, each all or nothing.

CREATE FUNCTION scim_bulk(request jsonb, atomic boolean DEFAULT false, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_bulk';
COMMENT ON FUNCTION scim_bulk(jsonb, boolean, text) IS
	'Does the operations of a BulkRequest (RFC 7644, section 3.7); returns the BulkResponse. atomic: the first error undoes all of them';
