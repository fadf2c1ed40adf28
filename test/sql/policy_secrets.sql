-- Policies and what is never returned: nobody learns by a review whether his guess was right.
SET client_min_messages = warning;
CREATE DATABASE scimver_policy_secrets TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE regress_secrets_hr;
\set regression :DBNAME
\c scimver_policy_secrets
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\pset format unaligned
\pset tuples_only on

SELECT scim_register_schema('{"id": "urn:example:2.0:Lock", "name": "Lock", "attributes": [
	{"name": "displayName"}, {"name": "secret", "returned": "never"},
	{"name": "bolt", "type": "complex", "subAttributes": [{"name": "size"}, {"name": "pin", "returned": "never"}]}]}') IS NOT NULL;
SELECT scim_register_schema('{"id": "urn:example:2.0:Vault", "name": "Vault", "attributes": [{"name": "code", "returned": "never"}, {"name": "depth"}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Lock", "endpoint": "/Locks", "schema": "urn:example:2.0:Lock",
	"schemaExtensions": [{"schema": "urn:example:2.0:Vault", "required": false}]}') IS NOT NULL;
SELECT scim_create_table('locks', 'Lock');
SELECT scim_create_resource('Lock', '{"displayName": "d", "secret": "s", "bolt": {"size": "1", "pin": "p"}, "urn:example:2.0:Vault": {"code": "c", "depth": "1"}}')->>'id' AS id \gset
SELECT set_config('my.id', :'id', false) IS NOT NULL;

CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	WHEN SQLSTATE 'RB000' THEN RETURN 'done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN concat_ws(' ', detail::jsonb->>'error_code', detail::jsonb->>'operation', detail::jsonb->>'attributes');
END $$;
CREATE FUNCTION patches(path text, value text) RETURNS text LANGUAGE sql AS
	$$ SELECT tries(format('SELECT scim_patch_resource(''Lock'', %L, %L)', current_setting('my.id'), jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value::jsonb)))) $$;
CREATE FUNCTION puts(document text) RETURNS text LANGUAGE sql AS
	$$ SELECT tries(format('SELECT scim_update_resource(''Lock'', %L, %L)', current_setting('my.id'), document)) $$;
-- the right one, and a wrong one, of each
CREATE FUNCTION guesses() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' / ', patches(path, right_one), patches(path, wrong_one))
	FROM (VALUES ('secret', '"s"', '"x"'), ('bolt.pin', '"p"', '"x"'), ('bolt', '{"size": "1", "pin": "p"}', '{"size": "1", "pin": "x"}'), ('bolt.size', '"1"', '"2"'), ('urn:example:2.0:Vault:code', '"c"', '"x"'), ('urn:example:2.0:Vault:depth', '"1"', '"2"'), ('displayName', '"d"', '"x"')) v(path, right_one, wrong_one)
	UNION ALL SELECT concat_ws(' / ', puts(format(document, 's')), puts(format(document, 'x')))
	FROM (VALUES ('{"displayName": "d", "secret": "%s", "bolt": {"size": "1", "pin": "p"}, "urn:example:2.0:Vault": {"code": "c", "depth": "1"}}')) v(document) $$;
SELECT guesses();
SELECT scim_set_policy('default', 'Lock', '{"review": {"attributes": ["secret", "bolt.pin", "urn:example:2.0:Vault:code"], "reviewers": ["regress_secrets_hr"]}}') IS NOT NULL;
SELECT guesses();
SELECT scim_set_policy('default', 'Lock', '{"review": {"attributes": ["*"], "reviewers": ["regress_secrets_hr"]}}') IS NOT NULL;
SELECT guesses();
SELECT scim_set_policy('default', 'Lock', '{"review": {"attributes": ["displayName"], "reviewers": ["regress_secrets_hr"]}}') IS NOT NULL;
SELECT guesses();
SELECT format('GRANT regress_secrets_hr TO %I', current_user) \gexec
SELECT scim_set_policy('default', 'Lock', '{"may": {"regress_secrets_hr": {"operations": ["patch", "update"], "attributes": ["displayName", "bolt.size"]}}}') IS NOT NULL;
SELECT guesses();
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_policy_secrets;
DROP ROLE regress_secrets_hr;
