-- What test/sql/journeys.sql tries, and what came of it.
CREATE TABLE tried (no serial, what text, said text, error text);

-- a statement, to its commit: done, or its error and hint
CREATE FUNCTION outcome(statement text, OUT error text, OUT said text) LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE statement;
	SET CONSTRAINTS ALL IMMEDIATE;
	SET CONSTRAINTS ALL DEFERRED;
	said := 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	error := CASE WHEN sqlstate LIKE 'PT%' THEN substring(sqlerrm from '^[A-Z_]+') ELSE sqlstate END;
	said := concat_ws(E'\n  ', sqlerrm, nullif(hint, ''));
END $$;

CREATE FUNCTION try(what text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	o record := outcome(statement);
BEGIN
	INSERT INTO tried (what, said, error) VALUES (what, o.said, o.error);
	RETURN what || ': ' || o.said;
END $$;

-- a tool, and the function of its name.  What the tool did is undone, and what the function did unless it is to be kept.
CREATE FUNCTION asked(what text, name text, arguments jsonb, keep boolean DEFAULT false) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	parameters text := (SELECT string_agg(format('%L', arguments ->> key), ', ' ORDER BY place)
		FROM unnest('{user_id,group_id,user_data,group_data,operations,expected_version}'::text[]) WITH ORDINALITY AS k (key, place) WHERE arguments ? key);
	content jsonb;
	tool text;
	o record;
BEGIN
	BEGIN
		content := scim_call_tool(name, arguments) -> 'content';
		tool := coalesce(concat_ws(E'\n  ', (content ->> 'error_code') || ': ' || (content ->> 'error'),
			(SELECT string_agg(step, E'\n  ') FROM jsonb_array_elements_text(content -> 'next_steps') AS step)), 'done');
		tool := coalesce(nullif(tool, ''), 'done');
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		NULL;
	END;
	BEGIN
		o := outcome(format('SELECT %I(%s)', name, parameters));
		IF NOT keep THEN
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		END IF;
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		NULL;
	END;
	INSERT INTO tried (what, said, error) VALUES (what, tool, content ->> 'error_code'), (what, o.said, o.error);
	RETURN NEXT what || ': ' || o.said;
	IF tool <> o.said THEN
		RETURN NEXT what || ', by tool: ' || tool;
	END IF;
END $$;

CREATE FUNCTION members(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT string_agg(m ->> 'display', ', ' ORDER BY m ->> 'display' COLLATE "C") FROM jsonb_array_elements(resource -> 'members') AS m);
CREATE FUNCTION version(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN resource #>> '{meta,version}';
