-- An object id that no relation has: each function that takes a relation says
-- so, as PostgreSQL's own do, and in the same words.
SET client_min_messages = warning;
CREATE DATABASE scimver_missing TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_missing
\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
-- with the least that lets the function look at it
CREATE FUNCTION argument(type regtype, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN type = 'regclass'::regtype THEN '999999::regclass' WHEN type = 'record'::regtype THEN 'ROW(1)'
		WHEN name = 'resource_type' THEN quote_literal('User') WHEN name = 'mapping' THEN quote_literal('{"id": "id"}')
		WHEN type = 'integer'::regtype THEN '1' ELSE quote_literal('{}') END
$$;
SELECT format('%s %s(%s)', CASE prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END, p.oid::regproc,
		(SELECT string_agg(argument(t, proargnames[n]), ', ' ORDER BY n) FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (t, n)))
	FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	WHERE extname = 'scimver' AND 'regclass'::regtype = ANY (proargtypes) ORDER BY 1 \gexec
\c :regression
DROP DATABASE scimver_missing;
