\set ECHO none
-- Ways through the steps of one transaction, where no revision tells which came first:
-- none is lost, nor what was before.
SET client_min_messages = warning;
CREATE DATABASE scimver_history_ways TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_history_ways
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, title text);
\o /dev/null
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "name", "title": "title"}}', '{"history": true}');
\o
\set ECHO all
CREATE FUNCTION patch(id int, value text) RETURNS text LANGUAGE sql AS $$
	SELECT scim_patch_user(id::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', value)))->>'title' $$;
CREATE FUNCTION v(id int) RETURNS text LANGUAGE sql AS $$ SELECT scim_get_user(id::text)->'meta'->>'version' $$;
-- the titles of then, the newest first, and whether that is all
CREATE FUNCTION titles(id int) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(scim_get_version('User', id::text, e->>'version')->>'title', e->>'operation'), ' ' ORDER BY i) || ', complete: ' || (min(h->>'complete'))
	FROM scim_get_history('User', id::text) h, jsonb_array_elements(h->'entries') WITH ORDINALITY AS t(e, i) WHERE e ? 'version' $$;

-- the outer write comes last into the history, and leads to what inner ones led away from and back to
INSERT INTO people VALUES (1, 'ada', 'S');
SELECT v(1) AS s \gset
WITH a AS (UPDATE people SET title = 'A' WHERE id = 1 RETURNING id) SELECT patch(id, 'B'), patch(id, 'A') FROM a;
SELECT titles(1), scim_get_version('User', '1', :'s')->>'title';
WITH a AS (UPDATE people SET title = 'S' WHERE id = 1 RETURNING id) SELECT patch(id, 'B'), patch(id, 'A'), patch(id, 'S'), patch(id, 'B') FROM a;
SELECT titles(1);

-- ways that part twice
INSERT INTO people VALUES (2, 'bob', 'S');
SELECT v(2) AS s \gset
UPDATE people SET title = 'T' WHERE id = 2;
BEGIN;
WITH a AS (UPDATE people SET title = 'A' WHERE id = 2 RETURNING id) SELECT patch(id, 'B'), patch(id, 'C'), patch(id, 'B'), patch(id, 'A') FROM a;
WITH a AS (UPDATE people SET title = 'B' WHERE id = 2 RETURNING id) SELECT patch(id, 'D'), patch(id, 'B'), patch(id, 'A') FROM a;
WITH a AS (UPDATE people SET title = 'D' WHERE id = 2 RETURNING id) SELECT patch(id, 'A'), patch(id, 'D'), patch(id, 'T') FROM a;
WITH a AS (UPDATE people SET title = 'X' WHERE id = 2 RETURNING id) SELECT patch(id, 'T'), patch(id, 'X'), patch(id, 'Y') FROM a;
COMMIT;
SELECT titles(2), scim_get_version('User', '2', :'s')->>'title';

-- what is left over because something is missing is no way back
INSERT INTO people VALUES (3, 'eve', 'S');
SELECT v(3) AS s \gset
ALTER TABLE people DISABLE TRIGGER "!!!scimver_history";
UPDATE people SET title = 'A' WHERE id = 3;
ALTER TABLE people ENABLE TRIGGER "!!!scimver_history";
BEGIN;
SELECT patch(3, 'B'), patch(3, 'A');
COMMIT;
ALTER TABLE people DISABLE TRIGGER "!!!scimver_history";
UPDATE people SET title = 'S' WHERE id = 3;
ALTER TABLE people ENABLE TRIGGER "!!!scimver_history";
SELECT h->'complete', jsonb_path_query_array(h, '$.entries[*].operation') FROM scim_get_history('User', '3') h;

\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_history_ways;
