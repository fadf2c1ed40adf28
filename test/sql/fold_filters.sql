-- Text that is not caseExact in Greek, Turkish, German, decomposed and of mixed
-- width: what eq finds, sw, co and ew find by its parts, in created tables and in
-- those that people had, however their columns and databases compare.
SET client_min_messages = warning;
SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 THEN 'LOCALE_PROVIDER icu ICU_LOCALE ''tr''' ELSE '' END AS turkish \gset
CREATE DATABASE scimver_fold TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE scimver_fold_turkish TEMPLATE template0 ENCODING 'UTF8' :turkish;
\set regression :DBNAME
\pset format unaligned
\pset tuples_only on

-- The same in both databases: tables, each with the same words, and what is asked of them.
SELECT $setup$
CREATE EXTENSION scimver CASCADE;
CREATE EXTENSION citext;
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE COLLATION equivalent (provider = icu, locale = 'und', deterministic = false);

CREATE TABLE word (key text PRIMARY KEY, name text);
INSERT INTO word VALUES ('Greek', 'ΑΣΤΗΡ ΟΔΥΣΣΕΥΣ'), ('Greek, medial', 'ας οδυσσευσ'), ('Greek, decomposed', U&'\0391\0301\0391\0345 \03A3'), ('Turkish', 'ISI'), ('Turkish, dots', 'İsi'), ('Turkish, without', 'ısı'), ('dots', 'isi'),
	('German', 'Straße'), ('German, capitals', 'STRASSE'), ('German, new', 'STRAẞE'), ('decomposed', U&'CAFE\0301 s\0307\0323'), ('composed', U&'caf\00E9 \1E69'), ('wide', U&'\FF21\FF24\FF21 \FF76\FF9E'), ('narrow', U&'ada \30AC'),
	('ligature', U&'\FB01n \2168'), ('letters', 'FIN IX'), ('marks', U&'\0301a'), ('accent', 'ÀDA');

INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Word", "name": "Word", "attributes": [{"name": "key", "caseExact": true}, {"name": "name"}, {"name": "tags", "multiValued": true},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}]}]}');
-- the type of the column, how it is compared, an index of the application's
CREATE TABLE kind (type text PRIMARY KEY, of text, compare text, index text);
INSERT INTO kind VALUES ('Created', NULL, NULL, NULL), ('Fold', 'text', NULL, NULL), ('FoldIndex', 'varchar(40)', NULL, 'scim_fold(name)'), ('Lower', 'text', NULL, 'lower(name)'), ('LowerGreek', 'text COLLATE "el-x-icu"', NULL, 'lower(name)'),
	('LowerTurkish', 'text COLLATE "tr-x-icu"', 'lower', NULL), ('Exact', 'text', NULL, 'name'), ('Citext', 'citext', NULL, 'name'), ('CitextTurkish', 'citext COLLATE "tr-x-icu"', NULL, NULL), ('Char', 'char(20)', NULL, NULL),
	('Loose', 'text COLLATE loose', NULL, 'name'), ('LooseFold', 'text COLLATE loose', NULL, NULL), ('LooseLower', 'text COLLATE loose', NULL, 'lower(name)'), ('Equivalent', 'text COLLATE equivalent', NULL, 'name'), ('Data', NULL, NULL, NULL);
INSERT INTO scim_resource_types (position, document)
	SELECT 100 + row_number() OVER (), jsonb_build_object('name', type, 'endpoint', '/' || type || 's', 'schema', 'urn:example:Word') FROM kind;

CREATE FUNCTION make(k kind) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	data text := 'jsonb_build_object(''key'', key, ''name'', name, ''tags'', jsonb_build_array(''x'', name), ''parts'', jsonb_build_array(jsonb_build_object(''value'', ''x''), jsonb_build_object(''value'', name)))';
	text_of text := coalesce(k.of, 'text');
BEGIN
	IF k.type = 'Created' THEN
		PERFORM scim_create_table('created', k.type);
		EXECUTE format('INSERT INTO created (data) SELECT %s FROM word', data);
	ELSIF k.type = 'Data' THEN
		CREATE TABLE data (id serial PRIMARY KEY, key text, data jsonb NOT NULL);
		PERFORM scim_register_table('data', k.type, '{"id": "id", "data": "data", "attributes": {"key": "key"}}');
		EXECUTE format('INSERT INTO data (key, data) SELECT key, %s - ''key'' FROM word', data);
	ELSE
		EXECUTE format('CREATE TABLE %I (id serial PRIMARY KEY, key text, name %s, tags %s, work %s)', k.type, text_of, regexp_replace(text_of, '( COLLATE|$)', '[]\1'), text_of);
		IF k.index IS NOT NULL THEN EXECUTE format('CREATE INDEX ON %I (%s)', k.type, k.index); END IF;
		PERFORM scim_register_table(quote_ident(k.type)::regclass, k.type, jsonb_build_object('id', 'id', 'attributes', jsonb_build_object('key', 'key', 'tags', 'tags', 'parts[type eq "work"].value', 'work',
			'name', jsonb_build_object('column', 'name') || CASE WHEN k.compare IS NULL THEN '{}' ELSE jsonb_build_object('compare', k.compare) END)));
		EXECUTE format('INSERT INTO %I (key, name, tags, work) SELECT key, name, ARRAY[''x'', name], name FROM word', k.type);
	END IF;
END $$;
DO $do$ BEGIN PERFORM make(kind) FROM kind; END $do$;

-- the keys of what is found
CREATE FUNCTION found(type text, filter text) RETURNS text[] LANGUAGE sql AS
	$$SELECT coalesce(array_agg(r->>'key' ORDER BY r->>'key' COLLATE "C"), '{}') FROM jsonb_array_elements(scim_list_resources(type, filter, attributes => '{key}')->'Resources') r$$;
CREATE FUNCTION finds(VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS
	$$SELECT f || ' -> ' || string_agg(DISTINCT array_to_string(found(type, f), '; '), ' | ') FROM unnest(filters) WITH ORDINALITY u(f, n), kind WHERE type IN ('Created', 'Fold', 'FoldIndex', 'Char', 'LooseFold', 'Data') GROUP BY f, n ORDER BY n$$;
-- the places at which a text can be cut: in front of what combines with nothing before it
CREATE FUNCTION cuts(value text) RETURNS SETOF int LANGUAGE sql AS
	$$SELECT n FROM generate_series(1, length(value) - 1) n WHERE substr(value, n + 1, 1) !~ U&'[\0300-\036F\FF9E]'$$;
-- what of a row's text, as it is, does not find the row
CREATE FUNCTION not_found_by_itself(path text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', type, f, key) FROM kind, word,
		LATERAL (SELECT format('%s eq "%s"', path, name) AS f UNION SELECT format('%s sw "%s"', path, left(name, n)) FROM cuts(name) n
			UNION SELECT format('%s ew "%s"', path, substr(name, n + 1)) FROM cuts(name) n UNION SELECT format('%s co "%s"', path, substr(name, n + 1, 2)) FROM cuts(name) n WHERE n + 2 = length(name) OR n + 2 IN (SELECT cuts(name))) f
	WHERE NOT key = ANY (found(type, f))$$;
-- what eq finds, and another operator with the same text, or a part of it, does not
CREATE FUNCTION found_by_eq_alone(path text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', type, f, array_to_string(equal, '; ')) FROM kind, word, LATERAL (SELECT found(type, format('%s eq "%s"', path, name)) OFFSET 0) e(equal),
		LATERAL (SELECT format('%s %s "%s"', path, op, name) AS f FROM unnest(ARRAY['sw', 'co', 'ew']) op UNION SELECT format('%s sw "%s"', path, left(name, n)) FROM cuts(name) n
			UNION SELECT format('%s ew "%s"', path, substr(name, n + 1)) FROM cuts(name) n) f
	WHERE NOT found(type, f) @> equal$$;
-- ne is what eq is not, and each text is either before or behind another, or equal
CREATE FUNCTION unlike(path text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', type, name) FROM kind, word, LATERAL (SELECT found(type, format('%s eq "%s"', path, name)) AS eq, found(type, format('%s ne "%s"', path, name)) AS ne, found(type, format('%s pr', path)) AS pr,
			found(type, format('%s gt "%s"', path, name)) AS gt, found(type, format('%s lt "%s"', path, name)) AS lt, found(type, format('%s ge "%s"', path, name)) AS ge, found(type, format('%s le "%s"', path, name)) AS le OFFSET 0) o
	WHERE eq && ne OR cardinality(eq) + cardinality(ne) <> cardinality(pr) OR cardinality(pr) <> 18 OR gt && lt OR ge && lt OR gt && le
		OR cardinality(ge) + cardinality(lt) <> 18 OR cardinality(gt) + cardinality(le) <> 18 OR NOT (ge @> eq AND le @> eq)$$;
-- is the application's index used for it?
CREATE FUNCTION by_index(type text, filter text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found boolean := false;
BEGIN
	SET LOCAL enable_seqscan = off;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || scim_explain_filter(type, filter) LOOP
		found := found OR line LIKE '%Index Cond: %name%';
	END LOOP;
	RETURN found;
END $$;
-- what a patch's filter changes of what is found
CREATE FUNCTION changed(type text, filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	list jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('value', name, 'type', key)) FROM word INTO list;
	list := scim_patch_resource(type, (scim_list_resources(type, 'key eq "dots"') #>> '{Resources,0,id}'),
		jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'parts', 'value', list), jsonb_build_object('op', 'remove', 'path', format('parts[%s]', filter)))) -> 'parts';
	RETURN (SELECT string_agg(key, '; ' ORDER BY key COLLATE "C") FROM word WHERE key NOT IN (SELECT jsonb_array_elements(list)->>'type'));
EXCEPTION WHEN SQLSTATE 'PT400' THEN
	RETURN substring(SQLERRM FROM '^\w+');
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'OK';
EXCEPTION WHEN OTHERS THEN
	RETURN substring(SQLERRM FROM '^\w+');
END $$;
$setup$ AS setup,
$checks$
SELECT finds('name eq "αστηρ οδυσσευς"', 'name eq "ΑΣΤΗΡ ΟΔΥΣΣΕΥσ"', 'name sw "ΑΣ"', 'name sw "ας"', 'name co "Σ ΟΔ"', 'name co "ΥΣΣ"', 'name ew "Σ"', 'name ew "ευς"', 'name sw "άαι"',
	'name eq "isi"', 'name eq "ISI"', 'name eq "ısı"', 'name eq "İSİ"', 'name sw "ı"', 'name eq "strasse"', 'name eq "straße"', 'name sw "STRAẞ"', 'name co "ss"', 'name ew "ßE"',
	'name eq "CAFÉ Ṩ"', 'name co "É ṩ"', 'name ew "é ṩ"', 'name sw "café"', 'name eq "Ada ガ"', 'name sw "ａｄ"', 'name co "A ｶﾞ"', 'name co "ｶ"', 'name eq "Fin ix"', 'name sw "ﬁ"', 'name ew "Ⅸ"', 'name ew "ix"', 'name sw "àd"',
	'tags eq "ΑΣ οδυσσευΣ"', 'tags sw "αΣ"', 'tags ew "Ε"', 'parts.value eq "strasse"', 'parts[value sw "αΣ"]', 'parts[value ew "ευΣ"]', 'name pr and not (name co "ς")');
SELECT not_found_by_itself('name');
SELECT not_found_by_itself('parts.value');
SELECT found_by_eq_alone('name');
SELECT found_by_eq_alone('tags');
SELECT unlike('name');
SELECT type, by_index(type, 'name eq "ΟΔΥΣΣΕΥΣ"'), by_index(type, 'name eq "x"') FROM kind WHERE index IS NOT NULL ORDER BY type COLLATE "C";
-- the order is that of the folded texts, by code points
SELECT found('Created', f), found('Data', f) FROM unnest(ARRAY['name gt "ΑΣ"', 'name lt "α" and name gt "S"', 'name le "ADA ガ"']) f;
SELECT type, (SELECT array_agg(scim_fold(r->>'name') ORDER BY n) = array_agg(scim_fold(r->>'name') ORDER BY scim_fold(r->>'name') COLLATE "C") FROM jsonb_array_elements(scim_list_resources(type, sort_by => 'name')->'Resources') WITH ORDINALITY t(r, n)) FROM kind WHERE type IN ('Created', 'Data') ORDER BY 1;
SELECT f, string_agg(DISTINCT changed(type, f), ' | ') FROM unnest(ARRAY['value sw "ΑΣ"', 'value ew "ΥΣ"', 'value co "σσ"', 'value eq "αστηρ οδυσσευς"', 'value eq "ας οδυσσευς"', 'value eq "ISI"', 'value sw "İ"', 'value eq "STRASSE"', 'value ew "ẞe"',
	'value eq "café ṩ"', 'value sw "CAF" and value co "É"', 'value sw "ada"', 'value ne "isi" and value gt "σ"', 'value eq "άαι σ"', 'value sw "e"']) f, (VALUES ('Created'), ('Data')) t(type) GROUP BY f ORDER BY f COLLATE "C";
-- unique: in a created table, and by the application's own index
SELECT scim_create_table('users', 'User');
CREATE TABLE names (id serial PRIMARY KEY, display text);
CREATE UNIQUE INDEX ON names (scim_fold(display));
INSERT INTO scim_schemas (position, document) VALUES (101, '{"id": "urn:example:Name", "name": "Name", "attributes": [{"name": "name", "uniqueness": "server"}]}');
INSERT INTO scim_resource_types (position, document) VALUES (150, '{"name": "Name", "endpoint": "/Names", "schema": "urn:example:Name"}');
SELECT scim_register_table('names', 'Name', '{"id": "id", "attributes": {"name": "display"}}');
SELECT name, error(format('SELECT scim_create_user(%L)', jsonb_build_object('userName', name))), error(format('SELECT scim_create_resource(''Name'', %L)', jsonb_build_object('name', name)))
	FROM unnest(ARRAY['ΚΩΝΣΤΑΝΤΙΝΟΣ', 'κωνσταντινος', 'κωνσταντινοσ', 'ISI', 'isi', 'İsi', 'ısı', 'Straße', 'STRASSE', 'STRAẞE', U&'CAFE\0301', U&'caf\00E9', 'cafe', U&'\FF21\FF24\FF21', 'ada', 'ΚΩΝΣΤΑΝΤΙΝΟ']) name;
SELECT count(*), (SELECT count(*) FROM names) FROM users;
-- by the index, and stored as it was given
SELECT scim_list_users('userName eq "κωνσταντινοΣ"') #>> '{Resources,0,userName}', scim_list_users('userName sw "ΚΩΝΣ"') ->> 'totalResults', scim_list_resources('Name', 'name eq "Κωνσταντινοσ"') ->> 'totalResults';
$checks$ AS checks \gset

\c scimver_fold
SET client_min_messages = warning;
:setup
:checks
\c scimver_fold_turkish
SET client_min_messages = warning;
:setup
:checks
\c :regression
DROP DATABASE scimver_fold;
DROP DATABASE scimver_fold_turkish;
