-- Filters: what they call, in queries and in the indexes that serve them (src/query).

-- Lookup columns

CREATE FUNCTION scim_fold(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_fold';
COMMENT ON FUNCTION scim_fold(text) IS
	'How text that is not caseExact is compared: full case folding and NFKC of Unicode 15.0, the same on every server';

CREATE FUNCTION scim_folded_values(object jsonb, path text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_folded_values';
COMMENT ON FUNCTION scim_folded_values(jsonb, text) IS
	'The strings of a multi-valued attribute (or attribute.sub-attribute) of an object, folded: for its lookup column';

CREATE FUNCTION scim_exact_values(object jsonb, path text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_exact_values';
COMMENT ON FUNCTION scim_exact_values(jsonb, text) IS
	'The strings of a multi-valued attribute (or attribute.sub-attribute) of an object, as they are';

-- How filters compare.  None of these raises an error for what is stored.

CREATE FUNCTION scim_datetime(value text) RETURNS timestamptz
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_datetime';
COMMENT ON FUNCTION scim_datetime(text) IS
	'The instant of an xsd:dateTime, in UTC if it names no zone; NULL if it is none';

CREATE FUNCTION scim_binary(value text) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_binary';
COMMENT ON FUNCTION scim_binary(text) IS
	'The bytes of base64 or base64url, with or without padding; NULL if it is neither';

CREATE FUNCTION scim_boolean(value jsonb) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_boolean';
COMMENT ON FUNCTION scim_boolean(jsonb) IS
	'The value, if it is true or false; else NULL';

CREATE FUNCTION scim_number(value jsonb) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_number';
COMMENT ON FUNCTION scim_number(jsonb) IS
	'The value, if it is a number; else NULL';

CREATE FUNCTION scim_is_assigned(value jsonb) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_is_assigned';
COMMENT ON FUNCTION scim_is_assigned(jsonb) IS
	'Is there a value that is not empty ("", null, [], {}), at any depth?';

-- The operator for lookups of multi-valued attributes.  It is leakproof, so that
-- its index serves under row level security, which @> of arrays does not.

CREATE FUNCTION scim_has_value(attribute_values text[], value text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
	AS 'MODULE_PATHNAME', 'scim_has_value';
COMMENT ON FUNCTION scim_has_value(text[], text) IS
	'Is one of the elements the value, byte for byte?';

CREATE OPERATOR @= (
	LEFTARG = text[], RIGHTARG = text, FUNCTION = scim_has_value,
	RESTRICT = eqsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR @= (text[], text) IS
	'One of the elements is the value';

CREATE FUNCTION scim_value_query(text[], internal, int2, internal, internal, internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_value_query';
COMMENT ON FUNCTION scim_value_query(text[], internal, int2, internal, internal, internal, internal) IS
	'What an index of scim_values_ops is searched for';

CREATE FUNCTION scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_value_consistent';
COMMENT ON FUNCTION scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal) IS
	'Does what an index of scim_values_ops found match?';

CREATE OPERATOR CLASS scim_values_ops FOR TYPE text[] USING gin AS
	OPERATOR 1 @= (text[], text),
	FUNCTION 1 bttextcmp(text, text),
	FUNCTION 2 ginarrayextract(anyarray, internal, internal),
	FUNCTION 3 scim_value_query(text[], internal, int2, internal, internal, internal, internal),
	FUNCTION 4 scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal),
	STORAGE text;
COMMENT ON OPERATOR CLASS scim_values_ops USING gin IS
	'Indexes for @= on the lookup columns of multi-valued attributes';
COMMENT ON OPERATOR FAMILY scim_values_ops USING gin IS
	'Indexes for @= on the lookup columns of multi-valued attributes';

-- Attributes of which a mapped table has parts in a document and parts in columns

CREATE FUNCTION scim_joined_attribute(relation regclass, attribute text, content record) RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_joined_attribute';
COMMENT ON FUNCTION scim_joined_attribute(regclass, text, record) IS
	'An attribute of a row of a mapped table, put together of the document and the mapped columns in the record';

-- What comes of a filter

CREATE FUNCTION scim_explain_filter(resource_type text, filter text) RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_explain_filter';
COMMENT ON FUNCTION scim_explain_filter(text, text) IS
	'The SQL that a filter becomes, with literals in place of parameters, ready for EXPLAIN';
