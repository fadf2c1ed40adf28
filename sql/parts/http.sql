-- SCIM over HTTP (src/rest): a request in, an answer out.

CREATE FUNCTION scim_http(method text, path text, query text, headers jsonb, body bytea, token bytea DEFAULT NULL,
	OUT status int, OUT content_type text, OUT etag text, OUT location text, OUT allow text, OUT preference text,
	OUT retry_after int, OUT error_code text, OUT caller jsonb, OUT answer text) RETURNS record
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_http';
COMMENT ON FUNCTION scim_http(text, text, text, jsonb, bytea, bytea) IS
	'Answers a request of SCIM over HTTP (RFC 7644); errors that the client can mend are answers, not raised';
