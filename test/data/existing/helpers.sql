-- What test/sql/existing_tables.sql asks of each of the applications, and test/sql/way_back.sql of ours.

-- all that DDL could change of the tables of schema public, their triggers, constraints, indexes, policies and privileges
CREATE FUNCTION ddl() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s %s %s %s %s', oid::regclass, relkind, relfilenode, relacl, relrowsecurity, relforcerowsecurity, reloptions)
		FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')
	UNION ALL SELECT format('%s.%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef, attacl)
		FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r') AND NOT attisdropped
	UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger
		WHERE tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
	UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
		WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
	UNION ALL SELECT format('%s %s', polrelid::regclass, polname) FROM pg_policy
$$;
CREATE TEMP TABLE ddl_before (line text);

-- every row of a table as it lies there: where, since which transaction, and what
CREATE FUNCTION stored(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT md5(string_agg(concat_ws('' '', ctid, xmin, t::text), E''\n'' ORDER BY ctid)) FROM %s AS t', relation) INTO answer;
	RETURN answer;
END $$;

-- what an error says, all of it
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;

CREATE FUNCTION version(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN resource #>> '{meta,version}';

-- a resource without what differs from run to run
CREATE FUNCTION shown(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN resource - 'schemas' #- '{meta,version}' #- '{meta,location}' #- '{meta,resourceType}';

-- those whom a filter finds
CREATE FUNCTION found(filter text, sort_by text DEFAULT NULL) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	l jsonb;
BEGIN
	l := scim_list_users(filter, sort_by);
	RETURN (l ->> 'totalResults') || ': ' || coalesce((SELECT string_agg(r ->> 'userName', ' ' ORDER BY n)
		FROM jsonb_array_elements(l -> 'Resources') WITH ORDINALITY AS e (r, n)), '');
END $$;
