-- Versions: any client in any language can compute them (src/core).

CREATE FUNCTION scim_canonical(value jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_canonical';
COMMENT ON FUNCTION scim_canonical(jsonb) IS
	'The canonical form of any JSON value (RFC 8785; numbers that a double cannot hold in full)';

CREATE FUNCTION scim_content(resource jsonb) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_content';
COMMENT ON FUNCTION scim_content(jsonb) IS
	'What of a resource, as a client reads it, enters its version';

CREATE FUNCTION scim_version(resource jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_version';
COMMENT ON FUNCTION scim_version(jsonb) IS
	'The version of a resource: base64 of 8 bytes of SHA-256 of the canonical form of its content';

CREATE FUNCTION scim_row_version(relation regclass, content record) RETURNS text
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_row_version';
COMMENT ON FUNCTION scim_row_version(regclass, record) IS
	'The version of a row of a registered table that has no column for it; content: ROW() of its columns in the order of the mapping';

CREATE FUNCTION scim_merge(base jsonb, mine jsonb, theirs jsonb, rules jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_merge';
COMMENT ON FUNCTION scim_merge(jsonb, jsonb, jsonb, jsonb) IS
	'Two changes of one content put together: {"merged", "mine", "theirs", "conflicts"}; rules: {"<path>": "fail", "mine", "theirs", "counter", "max" or "min"}';
