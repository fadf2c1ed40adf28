-- What tests of the history have in common: the version that a resource has now, a
-- patch, and an error without what is not the same each time, nor what a mismatch answers (mismatches).
CREATE FUNCTION v(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN scim_get_resource(type, id(n)::text)->'meta'->>'version';
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || plain(regexp_replace(SQLERRM || CASE WHEN SQLSTATE LIKE 'PT%' THEN ' ' || ((detail::jsonb) - 'status' - 'error_code' - 'changes' - 'merge' - 'next_steps')::text ELSE '' END,
		'[A-Za-z0-9+/]{11}=|\d{4}-\d\d-\d\dT[0-9:.]+Z', '?', 'g'));
END $$;
