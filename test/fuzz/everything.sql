-- What a role without rights must leave as it is: rows, columns, triggers,
-- policies, rights and parts of the tables of schema public, and what scimver
-- keeps.  The tenant "own" belongs to those who may work in it.
CREATE SCHEMA judge;
CREATE FUNCTION judge.rows(relation regclass) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s AS t WHERE to_jsonb(t) ->> ''tenant_id'' IS DISTINCT FROM ''own''
		AND NOT EXISTS (SELECT FROM public.scim_proposal_rows p WHERE p.tenant_id = ''own'' AND p.id::text = to_jsonb(t) ->> ''proposal_id'')', relation) INTO answer;
	RETURN concat_ws(' ', relation, answer);
END $$;
CREATE FUNCTION judge.everything() RETURNS text LANGUAGE sql SET search_path = pg_catalog, public AS $$
	WITH tables AS (SELECT c.* FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v'))
	SELECT string_agg(line, E'\n' ORDER BY line) FROM (
		SELECT concat_ws(' ', oid, relname, relkind, relowner, relacl, relrowsecurity, relforcerowsecurity, relhassubclass) FROM tables
		UNION ALL SELECT judge.rows(oid) FROM tables WHERE relkind = 'r'
		UNION ALL SELECT concat_ws(' ', attrelid, attnum, attname, atttypid, attnotnull, attisdropped, attacl)
			FROM pg_attribute WHERE attrelid IN (SELECT oid FROM tables) AND attnum > 0
		UNION ALL SELECT concat_ws(' ', tgrelid, tgname, tgfoid, tgenabled, tgtype, tgargs) FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM tables)
		UNION ALL SELECT concat_ws(' ', polrelid, polname, polqual, polwithcheck) FROM pg_policy WHERE polrelid IN (SELECT oid FROM tables)
		UNION ALL SELECT concat_ws(' ', inhrelid, inhparent) FROM pg_inherits WHERE inhparent IN (SELECT oid FROM tables)
		UNION ALL SELECT concat_ws(' ', conname, conrelid, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid IN (SELECT oid FROM tables)
		UNION ALL SELECT s::text FROM scim_schemas s
		UNION ALL SELECT t::text FROM scim_resource_types t
		UNION ALL SELECT g::text FROM scim_tenant_grants g
	) AS t (line)
$$;
-- what the check says of the registered tables, but for what they cannot do; nothing: they are sound
CREATE FUNCTION judge.problems() RETURNS text LANGUAGE sql SET search_path = pg_catalog, public AS $$
	SELECT string_agg(concat_ws(' ', relid::regclass, p.problem, p.resource_id, p.detail), '; ')
	FROM (SELECT DISTINCT tgrelid FROM pg_trigger WHERE tgname LIKE '~~~scimver%' AND tgrelid IN
			(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)) AS t (relid), scim_check_table(relid) AS p WHERE p.problem <> 'limit'
$$;
-- what has changed since, one line for each
CREATE TABLE judge.before (line text);
CREATE FUNCTION judge.changes() RETURNS text LANGUAGE sql SET search_path = pg_catalog AS $$
	SELECT string_agg(line, ' | ') FROM (
		(SELECT 'came: ' || l FROM regexp_split_to_table(judge.everything(), E'\n') AS n (l) WHERE l NOT IN (SELECT line FROM judge.before))
		UNION ALL (SELECT 'went: ' || line FROM judge.before WHERE line NOT IN (SELECT l FROM regexp_split_to_table(judge.everything(), E'\n') AS n (l)))
	) AS t (line)
$$;
REVOKE ALL ON SCHEMA judge FROM PUBLIC;
INSERT INTO judge.before SELECT regexp_split_to_table(judge.everything(), E'\n');
