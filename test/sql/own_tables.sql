-- The tables of policies, proposals and reviews, which their owner takes away, and brings
-- back, in a session that has used them.
SET client_min_messages = warning;
CREATE DATABASE scimver_own_tables TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_own_tables
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\pset format unaligned
\pset tuples_only on
SELECT scim_create_table('users', 'User');
SELECT scim_create_user('{"userName": "ann"}')->>'id' AS id \gset

CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION
	WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;
-- what each of them is used for: set and found, proposed, withdrawn
CREATE FUNCTION uses(id text, title text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	made jsonb;
BEGIN
	RETURN NEXT 'policy: ' || tries($f$SELECT scim_set_policy('*', 'User', '{"deny": ["delete"]}') IS NOT NULL$f$);
	RETURN NEXT 'delete: ' || tries(format('SELECT scim_delete_user(%L)', id));
	RETURN NEXT 'propose: ' || tries(format('SELECT scim_propose_change(''User'', %L, %L)->>''status''', id, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'title', 'value', title))));
	RETURN NEXT 'withdraw: ' || coalesce(tries($f$SELECT scim_review_proposal(id, 'withdraw', version)->>'status' FROM scim_proposals WHERE status = 'open'$f$), 'none');
	RETURN NEXT 'list: ' || tries($f$SELECT jsonb_array_length(scim_list_proposals('open')->'proposals')$f$);
END $$;
SELECT uses(:'id', 'a');

-- renamed, and back
ALTER TABLE scim_policy_rows RENAME TO elsewhere;
SELECT uses(:'id', 'b');
ALTER TABLE elsewhere RENAME TO scim_policy_rows;
SELECT uses(:'id', 'c');
ALTER TABLE scim_review_rows RENAME TO elsewhere;
SELECT uses(:'id', 'd');
-- another one in its place is none
CREATE TABLE scim_review_rows (LIKE elsewhere);
SELECT uses(:'id', 'e');
DROP TABLE scim_review_rows;
ALTER TABLE elsewhere RENAME TO scim_review_rows;
SELECT uses(:'id', 'f');
-- and taken back
BEGIN;
ALTER TABLE scim_proposal_rows RENAME TO elsewhere;
SELECT uses(:'id', 'g');
ROLLBACK;
SELECT uses(:'id', 'h');
CREATE SCHEMA moved;
ALTER TABLE scim_proposal_rows SET SCHEMA moved;
SELECT uses(:'id', 'i');
ALTER TABLE moved.scim_proposal_rows SET SCHEMA public;
SELECT uses(:'id', 'j');

-- the extension comes back to another schema
DROP TABLE users;
DROP EXTENSION scimver CASCADE;
CREATE EXTENSION scimver SCHEMA moved CASCADE;
SET search_path = moved, public;
SELECT scim_create_table('users', 'User');
SELECT scim_create_user('{"userName": "bob"}')->>'id' AS id \gset
SELECT uses(:'id', 'k');

\c :regression
DROP DATABASE scimver_own_tables;
