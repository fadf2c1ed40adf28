-- What tests of what MCP clients read have in common: URIs, what they lead to, and what is told of changes.
SELECT :'storage' = 'mapped' AS has_text \gset
-- ids that a URI has to have encoded, where ids can be such
\if :has_text
CREATE FUNCTION odd(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN (ARRAY['a/b', '100%', '?q=1#f', 'ü 😀', 'a+b;c=d&e', '..a%2F'])[n];
\else
CREATE FUNCTION odd(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN id(200 + n);
\endif
-- one byte after the other, by the rule alone
CREATE FUNCTION encoded(t text, stays text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(string_agg(CASE WHEN c ~ stays THEN c ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY i), '') FROM regexp_split_to_table(t, '') WITH ORDINALITY s(c, i));
CREATE FUNCTION uri(id text, endpoint text DEFAULT 'Users') RETURNS text LANGUAGE sql RETURN
	format('scim://%s/%s/%s', encoded(scim_tenant(), '[A-Za-z0-9._~-]'), endpoint, encoded(id, '[A-Za-z0-9._~:@-]'));
-- what a URI leads to, without what is not the same each time
CREATE FUNCTION content(uri text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
	e jsonb;
BEGIN
	answer := scim_read_resource(uri);
	e := answer->'contents'->0;
	ASSERT jsonb_array_length(answer->'contents') = 1 AND e->>'uri' = uri AND e->'_meta'->>'scimver/version' ~ '^[A-Za-z0-9+/]{11}=$';
	RETURN plain(((e->>'text')::jsonb - 'meta' - '_version') || jsonb_build_object('is', e->>'mimeType'));
EXCEPTION WHEN SQLSTATE 'PT404' THEN
	RETURN 'nothing';
END $$;
-- the error without the URI, which is in it twice
CREATE FUNCTION refusal(uri text) RETURNS text LANGUAGE sql RETURN regexp_replace(fails(format('SELECT scim_read_resource(%L)', uri)), '"[^"]*" {"uri": "[^"]*"', 'URI {"uri": URI', 'g');
-- URIs of nothing: malformed, of another tenant, of no type, of no id
CREATE FUNCTION refused() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT unnest(ARRAY[uri(id(9)::text), replace(uri(id(1)::text), 'default', 'red'), replace(uri(id(1)::text), 'default', 'Default'), uri(id(1)::text, 'Groups'), uri(id(1)::text, 'users'), uri(id(1)::text, 'Nothing'), uri('x'), uri('.'), uri('..'), 'scim://default/Users', 'scim://default/Users/',
		'scim:///Users/' || id(1), 'scim://default//' || id(1), uri(id(1)::text) || '/', uri(id(1)::text) || '?a=b', uri(id(1)::text) || '#f', uri(id(1)::text) || '%00', uri(id(1)::text) || '%', uri(id(1)::text) || '%zz', 'scim://default/Users/%FF', 'scim://default/Users/a%2Fb',
		'scim:default/Users/' || id(1), 'http://default/Users/' || id(1), '/Users/' || id(1), '', 'scim://', 'scim://default', 'scim://default/ServerInfo/x', 'scim://red/ServerInfo', 'scim://default/Schemas', 'scim://default/Schemas/urn:nothing', 'scim://red/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
		'scim://default/Proposals/x', 'scim://default/Proposals/00000000-0000-4000-a000-000000000001', 'scim://default/Proposals', 'scim://default/' || repeat('a/', 1000)]) $$;
-- the list to its end
CREATE FUNCTION every_page(OUT pages int, OUT uri text, OUT title text, OUT description text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	page json := scim_mcp_resources();
	list jsonb := '[]';
BEGIN
	pages := 1;
	LOOP
		list := list || (page->'resources')::jsonb;
		EXIT WHEN page->>'nextCursor' IS NULL;
		page := scim_mcp_resources(page->>'nextCursor');
		pages := pages + 1;
	END LOOP;
	RETURN QUERY SELECT pages, r->>'uri', r->>'title', r->>'description' FROM jsonb_array_elements(list) r;
END $$;
CREATE FUNCTION watched() RETURNS text LANGUAGE sql RETURN scim_mcp_watch('[]')->>'cursor';
-- what has changed since, in its order: "-" behind what has no version any more
CREATE FUNCTION told(since text) RETURNS text LANGUAGE sql AS $$
	SELECT plain(concat_ws(', ', (SELECT string_agg(u->>'uri' || CASE WHEN u->>'version' IS NULL THEN ' -' ELSE '' END, ', ' ORDER BY i) FROM json_array_elements(a->'updated') WITH ORDINALITY t(u, i)),
		(SELECT string_agg('all of ' || u, ', ' ORDER BY i) FROM json_array_elements_text(a->'under') WITH ORDINALITY t(u, i)))) FROM scim_mcp_changes(since) a $$;
-- answer after answer, until there is nothing at once
CREATE FUNCTION bursts(since text) RETURNS SETOF json LANGUAGE plpgsql AS $$
DECLARE
	answer json;
BEGIN
	LOOP
		answer := scim_mcp_changes(since);
		RETURN NEXT answer;
		EXIT WHEN answer->>'more' = 'false';
		since := answer->>'cursor';
	END LOOP;
END $$;
CREATE FUNCTION within() RETURNS text LANGUAGE sql RETURN scim_mcp_changes(scim_mcp_watch('[]')->>'cursor')->>'within';
CREATE FUNCTION tools() RETURNS text LANGUAGE sql RETURN scim_mcp_changes(NULL)->>'tools';
-- values of an argument of a template, of its beginning
CREATE FUNCTION complete(value text, name text DEFAULT 'id', endpoint text DEFAULT 'Users', chosen jsonb DEFAULT NULL, tenant text DEFAULT '{tenant}') RETURNS jsonb LANGUAGE sql RETURN
	scim_mcp_complete((jsonb_build_object('ref', jsonb_build_object('type', 'ref/resource', 'uri', format('scim://%s/%s/{id}', tenant, endpoint)), 'argument', jsonb_build_object('name', name, 'value', value))
		|| CASE WHEN chosen IS NULL THEN '{}' ELSE jsonb_build_object('context', jsonb_build_object('arguments', chosen)) END)::text)->'completion';
-- the same of the prompt
CREATE FUNCTION complete_prompt(value text, name text, chosen jsonb DEFAULT NULL, prompt text DEFAULT 'resolve_conflict') RETURNS jsonb LANGUAGE sql RETURN
	scim_mcp_complete((jsonb_build_object('ref', jsonb_build_object('type', 'ref/prompt', 'name', prompt), 'argument', jsonb_build_object('name', name, 'value', value))
		|| CASE WHEN chosen IS NULL THEN '{}' ELSE jsonb_build_object('context', jsonb_build_object('arguments', chosen)) END)::text)->'completion';
-- what the prompt says, without what is not the same each time
CREATE FUNCTION prompt(n int, version text, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	(SELECT format('%s %s: ', m->>'role', m->'content'->>'type') || regexp_replace(replace(plain(regexp_replace(m->'content'->>'text', '[A-Za-z0-9+/]{11}=|\d{4}-\d\d-\d\dT[0-9:.]+Z', '?', 'g')), session_user, 'USER'), '\n(?=\n)|\n$', '', 'g')
	FROM json_array_elements(scim_mcp_prompt('resolve_conflict', jsonb_build_object('resource_type', type, 'id', id(n), 'expected_version', version)::text)->'messages') m);
