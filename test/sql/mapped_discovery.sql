-- What clients are told of a table that people had already: schemas, resource
-- types, tools and features show what has a place there, and nothing else; what
-- they do not show cannot be searched, and is refused by name when it is sent.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
-- a schema's attributes, each with what is not the default
CREATE FUNCTION attributes(list jsonb, before text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE a jsonb;
BEGIN
	FOR a IN SELECT jsonb_array_elements(list) LOOP
		RETURN NEXT concat_ws(' ', before || (a ->> 'name'), CASE WHEN (a ->> 'required')::boolean THEN 'required' END,
			nullif(a ->> 'mutability', 'readWrite'), nullif(a ->> 'uniqueness', 'none'), CASE WHEN a ->> 'type' = 'string' AND (a ->> 'caseExact')::boolean THEN 'caseExact' END,
			a ->> 'canonicalValues', a ->> 'referenceTypes');
		RETURN QUERY SELECT attributes(a -> 'subAttributes', before || (a ->> 'name') || '.') WHERE a ? 'subAttributes';
	END LOOP;
END $$;
-- as SQL and the tool tell it: the schemas of a type
CREATE FUNCTION schemas(of text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT s ->> 'id' || ' ' || string_agg(a, ', ') FROM jsonb_array_elements(scim_call_tool('scim_get_schemas', jsonb_build_object('resource_type', of))::jsonb #> '{content,schemas}') s,
		attributes(s -> 'attributes') a GROUP BY s ORDER BY 1$$;
CREATE FUNCTION properties(tool text, parameter text) RETURNS TABLE (properties text, required text) LANGUAGE sql AS $$
	SELECT (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(p -> 'properties') key), p ->> 'required'
	FROM jsonb_array_elements(scim_tools()) t, LATERAL (SELECT t #> ARRAY['inputSchema', 'properties', parameter]) AS x (p) WHERE t ->> 'name' = tool$$;
-- an error's code, path, position and hint
CREATE FUNCTION says(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	RETURN QUERY EXECUTE statement;
EXCEPTION WHEN sqlstate 'PT400' OR sqlstate 'PT403' OR sqlstate 'PT409' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT concat_ws(' | ', detail::jsonb ->> 'error_code', detail::jsonb ->> 'path', detail::jsonb ->> 'position', sqlerrm, hint);
END $$;
CREATE FUNCTION listed(filter text) RETURNS SETOF text LANGUAGE sql AS $$SELECT says(format('SELECT scim_list_users(%L) ->> ''totalResults''', filter))$$;
CREATE FUNCTION sorted(sort_by text) RETURNS SETOF text LANGUAGE sql AS $$SELECT says(format('SELECT scim_list_users(sort_by => %L) ->> ''totalResults''', sort_by))$$;
CREATE FUNCTION can(feature text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', scim_service_provider_config() #>> ARRAY[feature, 'supported'], scim_server_info() #>> ARRAY['capabilities', feature, 'supported'])$$;

-- the paths of a user's attributes, as registered and as the tool tells them; what a filter on each says, and a patch, must go with that: rows are what does not
CREATE FUNCTION paths(list jsonb, before text) RETURNS TABLE (path text, attribute jsonb, outer_attribute jsonb) LANGUAGE sql AS $$
	SELECT before || (a ->> 'name'), a, NULL FROM jsonb_array_elements(list) a
	UNION ALL SELECT before || (a ->> 'name') || '.' || (b ->> 'name'), b, a FROM jsonb_array_elements(list) a, jsonb_array_elements(a -> 'subAttributes') b$$;
CREATE FUNCTION value(attribute jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN (attribute ->> 'multiValued')::boolean THEN jsonb_build_array(v) ELSE v END FROM (SELECT CASE attribute ->> 'type' WHEN 'boolean' THEN 'true' WHEN 'binary' THEN '"AQI="' WHEN 'reference' THEN '"https://example.org/x"' WHEN 'dateTime' THEN '"2026-01-01T00:00:00Z"' ELSE '"x"' END::jsonb) x (v)$$;
CREATE FUNCTION untrue(id text) RETURNS TABLE (path text, told text, found text, written text) LANGUAGE sql AS $$
	WITH told AS (
		SELECT p.* FROM jsonb_array_elements(scim_call_tool('scim_get_schemas', '{"resource_type": "User"}')::jsonb #> '{content,schemas}') s, paths(s -> 'attributes', CASE WHEN s ->> 'id' LIKE '%extension%' THEN s ->> 'id' || ':' ELSE '' END) p
	), everything AS (
		SELECT p.*, CASE WHEN s.id LIKE '%extension%' THEN s.id END AS urn, told.attribute ->> 'mutability' AS told, said, (SELECT jsonb_build_object(coalesce(p.outer_attribute, p.attribute) ->> 'name', CASE
				WHEN p.outer_attribute IS NULL THEN value(p.attribute)
				WHEN (p.outer_attribute ->> 'multiValued')::boolean THEN jsonb_build_array(jsonb_build_object(p.attribute ->> 'name', value(p.attribute)))
				ELSE jsonb_build_object(p.attribute ->> 'name', value(p.attribute)) END)) AS data
		FROM scim_schemas s, paths(s.document -> 'attributes', CASE WHEN s.id LIKE '%extension%' THEN s.id || ':' ELSE '' END) p LEFT JOIN told USING (path), LATERAL listed(p.path || ' pr') said
		WHERE s.id LIKE '%:User' AND p.path <> 'password'
	), tried AS (
		SELECT *, CASE WHEN attribute ->> 'type' <> 'complex' AND attribute ->> 'mutability' IS DISTINCT FROM 'readOnly' AND outer_attribute ->> 'mutability' IS DISTINCT FROM 'readOnly'
			THEN (SELECT says(format('SELECT ''written'' FROM scim_patch_user(%L, %L)', id, jsonb_build_array(jsonb_build_object('op', 'add', 'value', CASE WHEN urn IS NULL THEN data ELSE jsonb_build_object(urn, data) END))))) END AS wrote
		FROM everything
	)
	SELECT path, told, said, wrote FROM tried
	WHERE (said LIKE 'INVALID_FILTER%') <> (told IS NULL) OR (told IS NULL AND wrote NOT LIKE 'INVALID_VALUE%no column%') OR (told = 'readOnly') <> (wrote LIKE 'MUTABILITY%')
		-- elements are written as a whole, with what says which of them they are
		OR (told <> 'readOnly' AND wrote LIKE '%no column%' AND (outer_attribute ->> 'multiValued')::boolean IS NOT TRUE)$$;

-- ---- every parameter of a tool has a type, whatever is registered ----

SELECT t ->> 'name', p.key, p.value FROM jsonb_array_elements(scim_tools()) t, jsonb_each(t #> '{inputSchema,properties}') p
	WHERE jsonb_typeof(p.value -> 'type') IS DISTINCT FROM 'string' AND
		NOT (SELECT bool_and(jsonb_typeof(c -> 'type') = 'string') FROM jsonb_array_elements(p.value -> 'anyOf') c) IS TRUE;
SELECT t #> '{inputSchema,properties,value}' FROM jsonb_array_elements(scim_tools()) t WHERE t ->> 'name' LIKE 'scim_search_%';

-- ---- no table is registered: the schemas as they are ----

SELECT jsonb_array_length(s -> 'attributes'), s #>> '{meta,version}' = version FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s JOIN scim_schemas ON id = s ->> 'id' ORDER BY s ->> 'id';
SELECT can('changePassword');

-- ---- created tables have a place for all of it ----

SAVEPOINT none;
SELECT scim_create_table('users', 'User');
SELECT t #>> '{meta,version}' = version FROM jsonb_array_elements(scim_get_schemas() -> 'resource_types') t JOIN scim_resource_types ON name = t ->> 'name';
-- as long as there are no groups
SELECT s #>> '{meta,version}' = version, s -> 'attributes' @> '[{"name": "nickName"}]', s -> 'attributes' @> '[{"name": "groups"}]' FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s JOIN scim_schemas ON id = s ->> 'id' WHERE id LIKE '%core:2.0:User';
SELECT listed('groups pr');
SELECT scim_create_table('groups', 'Group');
SELECT bool_and(s #>> '{meta,version}' = version), count(*) FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s JOIN scim_schemas ON id = s ->> 'id';
SELECT listed('groups pr and externalId eq "x" and meta.created pr');
SELECT can('changePassword');
SELECT * FROM properties('scim_create_user', 'user_data');
SELECT * FROM properties('scim_create_group', 'group_data');
SELECT t ->> 'name', x FROM jsonb_array_elements(scim_tools()) t, LATERAL (VALUES (t ->> 'description'), (t #>> '{inputSchema,properties,filter,description}'), (t #>> '{inputSchema,properties,attribute,description}'), (t #>> '{inputSchema,properties,add,description}')) AS v (x)
	WHERE t ->> 'name' ~ '^scim_(patch|list|search|modify)_(user|group)' AND x ~ '\(|e\.g\.|Such|Ids' ORDER BY 1, 2;
-- groups alone have groups as members
DROP TABLE users CASCADE;
SELECT schemas('Group');
ROLLBACK TO none;

-- ---- a few columns ----

-- an index that leaves out only who is marked as deleted, as registering advises it, keeps an attribute unique
CREATE TABLE marked (id serial PRIMARY KEY, login text NOT NULL, nick text, label text, gone boolean);
CREATE UNIQUE INDEX ON marked (lower(login)) WHERE gone IS NOT TRUE;
CREATE UNIQUE INDEX ON marked (lower(nick)) WHERE gone IS NOT TRUE;
CREATE UNIQUE INDEX ON marked (lower(label)) WHERE gone IS TRUE;
SELECT scim_register_table('marked', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login", "nickName": "nick", "title": "label"}}');
SELECT schemas('User');
SELECT scim_unregister_table('marked');
DROP TABLE marked;
CREATE TABLE app_user (id serial PRIMARY KEY, login text UNIQUE NOT NULL, is_active boolean NOT NULL);
SELECT scim_register_table('app_user', 'User', '{"id": "id", "attributes": {"userName": "login", "active": "is_active"}}');
SELECT schemas('User');
SELECT * FROM properties('scim_create_user', 'user_data');
SELECT t -> 'name', t -> 'schemaExtensions', (t #>> '{meta,version}') = version FROM jsonb_array_elements(scim_get_schemas() -> 'resource_types') t JOIN scim_resource_types ON name = t ->> 'name' ORDER BY 1;
SELECT s ->> 'id' FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s ORDER BY 1;
-- the document is another one, and so is its version
SELECT s #>> '{meta,version}' = version, s #>> '{meta,version}' = scim_version(s - 'meta') FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s JOIN scim_schemas ON id = s ->> 'id' WHERE id LIKE '%:User' AND id LIKE '%core%';
SELECT can('changePassword'), can('patch'), can('bulk');
SELECT t -> 'table', t -> 'extensions' FROM jsonb_array_elements(scim_server_info() -> 'resource_types') t;
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "ada", "active": true, "nickName": "Countess"}}')::jsonb -> 'content';
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "ada", "active": true, "password": "secret"}}')::jsonb -> 'content';
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "ada"}}')::jsonb -> 'content';
SELECT scim_create_user('{"userName": "ada", "active": true}') ->> 'userName';
-- what is found, and what cannot be
SELECT f, listed(f) FROM (VALUES ('userName eq "ada"'), ('id eq "1"'), ('id pr and schemas pr and meta pr'), ('meta.resourceType eq "User"'), ('meta.version pr'), ('meta.location pr'),
	('nickName eq "x"'), ('nickName ne "x"'), ('nickName pr'), ('nickName eq null'), ('not (nickName pr)'), ('externalId eq "x"'), ('userName eq "ada" or emails.value eq "x"'), ('emails[type eq "work"]'), ('name[givenName eq "A"]'),
	('groups pr'), ('groups.value eq "1"'), ('meta.created gt "2020-01-01T00:00:00Z"'), ('userName eq "ada" and meta.lastModified pr'),
	('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"'), ('ünder eq 1'), ('noName eq 1'), ('password eq "x"')) AS v (f);
SELECT p, sorted(p) FROM (VALUES ('active'), ('id'), ('meta.version'), ('nickName'), ('name.givenName'), ('meta.created'), ('groups.display'), ('emails.value'), ('noName')) AS v (p);
SELECT scim_call_tool(tool, arguments::jsonb)::jsonb -> 'content' FROM (VALUES ('scim_list_users', '{"filter": "active eq true and title pr"}'), ('scim_list_users', '{"sort_by": "title"}'), ('scim_search_users', '{"attribute": "title", "value": "x"}'),
	('scim_search_users', '{"attribute": "emails", "value": "x"}'), ('scim_search_users', '{"attribute": "userName", "value": ["ada"]}')) AS v (tool, arguments);
SELECT says($$SELECT scim_explain_filter('User', 'title pr')$$);
-- names of attributes to show are RFC 7644's: there is nothing to show
SELECT scim_get_user('1', attributes => '{userName,nickName}') - 'id' - 'schemas';
-- what an index is asked for has no column
SELECT says($$SELECT scim_create_index('User', 'title')$$);
-- the examples of the tools' texts are some that work
SELECT t ->> 'name', x FROM jsonb_array_elements(scim_tools()) t, LATERAL (VALUES (t ->> 'description'), (t #>> '{inputSchema,properties,filter,description}'), (t #>> '{inputSchema,properties,attribute,description}')) AS v (x)
	WHERE t ->> 'name' IN ('scim_patch_user', 'scim_list_users', 'scim_search_users') AND x ~ '\(|e\.g\.|Such' ORDER BY 1, 2;
ALTER TABLE app_user ALTER is_active SET DEFAULT true;
SELECT * FROM properties('scim_create_user', 'user_data');
SELECT scim_unregister_table('app_user');
SELECT count(*), bool_or(schemas LIKE '%nickName%') FROM schemas('User');

-- ---- what columns do ----

CREATE DOMAIN level AS int NOT NULL;
CREATE TYPE rank AS ENUM ('knight', 'bishop', 'queen');
ALTER TYPE rank ADD VALUE 'rook' BEFORE 'queen';
CREATE COLLATION coarse (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE person (
	no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login text UNIQUE NOT NULL,
	given text NOT NULL,						-- empty text will do
	family text,
	formal text GENERATED ALWAYS AS (given || ' ' || family) STORED,
	mail text NOT NULL, home_mail text,
	kind char(1) NOT NULL,						-- codes, none of them for nothing
	lang text NOT NULL,							-- the same, with one for nothing
	tags text[] NOT NULL,
	born timestamptz NOT NULL,
	grade level,
	desk int, title rank, skills rank[], nick text COLLATE coarse, badge text,
	cost text, manager uuid NOT NULL, formal_name text,
	at timestamptz, secret text, ver text NOT NULL DEFAULT '');
CREATE UNIQUE INDEX ON person (badge) WHERE badge IS NOT NULL;
CREATE UNIQUE INDEX ON person (lower(family)) WHERE family > 'm';
CREATE INDEX ON person (lower(family));
SELECT scim_register_table('person', 'User', '{"id": "no", "version": "ver", "password": "secret", "lastModified": "at", "attributes": {
	"userName": {"column": "login", "mode": "read"},
	"name.givenName": "given", "name.familyName": "family", "name.formatted": {"column": "formal", "mode": "read"},
	"emails[type eq \"work\" and primary eq true].value": "mail", "emails[type eq \"home\"].value": "home_mail",
	"userType": {"column": "kind", "values": {"E": "Employee", "C": "Contractor"}},
	"preferredLanguage": {"column": "lang", "values": {"de": "de-DE", "en": "en-GB", "-": null}},
	"roles.value": "tags", "nickName": {"column": "nick", "compare": "exact"}, "title": "title", "entitlements.value": "skills", "displayName": "badge", "externalId": {"column": "desk"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": {"column": "grade", "values": {"1": "one", "2": "two"}},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": {"column": "cost", "mode": "read"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": "manager"}}');
SELECT schemas('User');
SELECT t -> 'schemaExtensions' FROM jsonb_array_elements(scim_get_schemas() -> 'resource_types') t WHERE t ->> 'name' = 'User';
SELECT * FROM properties('scim_create_user', 'user_data');
SELECT can('changePassword');
SELECT f, listed(f) FROM (VALUES ('emails.value co "x"'), ('emails[type eq "work" and value co "x"]'), ('emails[display eq "x"]'), ('emails[type eq "work" and display pr]'), ('emails.primary eq true'), ('emails.$ref pr'),
	('name pr'), ('name.formatted sw "A"'), ('name.middleName pr'), ('roles[value eq "x"]'), ('roles[type eq "x"]'), ('roles.display pr'), ('meta.lastModified pr'), ('meta.created pr'),
	('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter pr'), ('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value pr'), ('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager[displayName pr]'), ('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division pr')) AS v (f);
SELECT p, sorted(p) FROM (VALUES ('emails.value'), ('emails.display'), ('name.formatted'), ('roles.type')) AS v (p);

-- filters in the paths of patches ask for places, too
ALTER TABLE person ALTER login SET DEFAULT 'somebody';
INSERT INTO person (login, given, mail, kind, lang, tags, born, grade, manager) VALUES ('ann', 'Ann', 'a@x.org', 'E', 'de', '{}', 'epoch', 1, gen_random_uuid());
SELECT p, says(format('SELECT (scim_patch_user(''1'', jsonb_build_array(jsonb_build_object(''op'', ''replace'', ''path'', %L::text, ''value'', ''b@x.org''))) -> ''emails'')::text', p))
	FROM (VALUES ('emails[type eq "work"].value'), ('emails[display eq "x"].value'), ('emails[not (display pr)].value'), ('emails[type eq "work"].display')) AS v (p);
SELECT says($$SELECT (scim_patch_user('1', '[{"op": "remove", "path": "emails[display eq \"x\"]"}]') -> 'emails')::text$$);
SELECT * FROM untrue('1');
SELECT scim_unregister_table('person');

-- ---- with a document there is a place for all that is no column's ----

ALTER TABLE person ADD rest jsonb;
SELECT scim_register_table('person', 'User', '{"id": "no", "data": "rest", "attributes": {"userName": "login", "name.givenName": {"column": "given", "mode": "read"}, "nickName": {"column": "family", "mode": "read"}, "emails[type eq \"work\"].value": {"column": "mail", "mode": "read"}}}');
SELECT string_agg(x, ' ') FROM schemas('User') s, regexp_split_to_table(s, ', ') x WHERE x ~ 'readOnly|^name|^emails|required|password|externalId|department';
SELECT f, listed(f) FROM (VALUES ('title pr'), ('emails[display pr]'), ('meta.created pr'), ('groups pr'), ('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"')) AS v (f);
SELECT can('changePassword');
UPDATE person SET given = 'Ann', family = NULL;
SELECT * FROM untrue('1');

-- ---- groups: what can be a member ----

CREATE TABLE team (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE team_person (team int REFERENCES team ON DELETE CASCADE, person bigint REFERENCES person ON DELETE CASCADE, PRIMARY KEY (team, person));
SELECT scim_register_table('team', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT string_agg(t ->> 'name', ' ') FROM jsonb_array_elements(scim_tools()) t WHERE t ->> 'name' LIKE '%_members';
SELECT schemas('Group');
SELECT * FROM properties('scim_create_group', 'group_data');
SELECT says($$SELECT scim_list_groups('members pr') ->> 'totalResults'$$);
SELECT string_agg(x, ' ') FROM schemas('User') s, regexp_split_to_table(s, ', ') x WHERE x ~ 'groups';
SELECT scim_register_members('team_person', 'team', 'person');
SELECT string_agg(t ->> 'name', ' ') FROM jsonb_array_elements(scim_tools()) t WHERE t ->> 'name' LIKE '%_members';
SELECT schemas('Group');
SELECT * FROM properties('scim_create_group', 'group_data');
SELECT says($$SELECT scim_list_groups('members pr and members.display sw "a"') ->> 'totalResults'$$);
SELECT string_agg(x, ' ') FROM schemas('User') s, regexp_split_to_table(s, ', ') x WHERE x ~ 'groups';
SELECT listed('groups.value eq "1"');
SELECT t #>> '{inputSchema,properties,add,description}' FROM jsonb_array_elements(scim_tools()) t WHERE t ->> 'name' = 'scim_modify_group_members';

-- ---- two types that share a schema: each has what its table has, and the schema as such what one of them has ----

SELECT scim_register_schema('{"id": "urn:example:Guest", "name": "Guest", "attributes": [{"name": "badge", "type": "string"}, {"name": "host", "type": "string"}]}') ->> 'id';
SELECT scim_register_resource_type('{"name": "Guest", "endpoint": "/Guests", "schema": "urn:example:Guest", "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]}') ->> 'name';
SELECT schemas('Guest');
SELECT scim_unregister_table('person');
SELECT scim_register_table('person', 'User', '{"id": "no", "attributes": {"userName": "login", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "formal_name", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": "manager"}}');
CREATE TABLE guest (id serial PRIMARY KEY, dept text NOT NULL, cost_center text, badge int NOT NULL);
SELECT scim_register_table('guest', 'Guest', '{"id": "id", "attributes": {"badge": {"column": "badge", "values": {"1": "day", "2": "night"}}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {"column": "dept", "mode": "read"}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "cost_center"}}');
SELECT schemas('Guest');
SELECT schemas('User');
SELECT s ->> 'id', attributes(s -> 'attributes') FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s WHERE s ->> 'id' LIKE '%enterprise%';
SELECT says($$SELECT scim_list_resources('Guest', 'host pr')::text$$);

-- ---- who may not see the tables is told the same, and a registration that does not fit its table is none ----

CREATE ROLE mapped_discovery_nobody;
SELECT md5(scim_get_schemas()::text) AS schemas, md5(scim_tools()::text) AS tools \gset
SET LOCAL ROLE mapped_discovery_nobody;
SELECT md5(scim_get_schemas()::text) = :'schemas', md5(scim_tools()::text) = :'tools';
RESET ROLE;
SET LOCAL session_replication_role = replica;
ALTER TABLE guest DROP COLUMN cost_center, DROP COLUMN badge;
SET LOCAL session_replication_role = origin;
SELECT says('SELECT scim_list_resources(''Guest'')::text');
SELECT string_agg(x, ' ') FROM schemas('Guest') s, regexp_split_to_table(s, ', ') x WHERE x ~ 'badge|host|costCenter|division';
SELECT count(*) > 20 FROM jsonb_array_elements(scim_tools());
ROLLBACK;
