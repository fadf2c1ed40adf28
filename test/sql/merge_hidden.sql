-- Merges of what is never returned, which tell nobody whether a guess was right; and
-- paths of rules, as schemas have them.  (What a merge makes of all else: merge_cases.sql.)
SET client_min_messages = warning;
CREATE DATABASE scimver_merge_hidden TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_merge_hidden
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\pset format unaligned
\pset tuples_only on

SELECT scim_register_schema('{"id": "urn:example:2.0:Lock", "name": "Lock", "attributes": [
	{"name": "displayName"}, {"name": "opened", "type": "integer"}, {"name": "secret", "returned": "never"},
	{"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [{"name": "type"}, {"name": "value"}, {"name": "pin", "returned": "never"}]},
	{"name": "spots", "type": "complex", "multiValued": true, "subAttributes": [{"name": "type"}, {"name": "value"}]}]}') IS NOT NULL;
SELECT scim_register_schema('{"id": "urn:example:2.0:Vault", "name": "Vault", "attributes": [{"name": "code", "returned": "never"}, {"name": "depth", "type": "integer"}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Lock", "endpoint": "/Locks", "schema": "urn:example:2.0:Lock",
	"schemaExtensions": [{"schema": "urn:example:2.0:Vault", "required": false}]}') IS NOT NULL;
SELECT scim_create_table('locks', 'Lock');

-- a lock, to which theirs did that since mine was read
CREATE FUNCTION lock_of(before jsonb, theirs jsonb, OUT id text, OUT version text) LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM locks;
	id := scim_create_resource('Lock', before)->>'id';
	SELECT l.version INTO version FROM locks l;
	PERFORM scim_patch_resource('Lock', id, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', theirs)));
END $$;
-- what is stored when mine was merged; or the error's code and path, or its conflicts
CREATE FUNCTION merges(before jsonb, theirs jsonb, mine jsonb, rules jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	lock record := lock_of(before, theirs);
	detail jsonb;
BEGIN
	PERFORM scim_patch_resource('Lock', lock.id, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', mine)), lock.version,
		on_conflict => 'merge', merge_rules => rules);
	RETURN (SELECT data - 'schemas' FROM locks);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', detail->>'error_code', detail->>'path', jsonb_path_query_array(detail, '$.merge.conflicts[*].keyvalue() ? (@.key != "changed_by")."value"'));
END $$;

\echo # theirs left it alone: mine is taken, be it a good guess or a bad one
SELECT merges('{"displayName": "a", "secret": "s"}', '{"opened": 1}', '{"secret": "s", "displayName": "b"}');
SELECT merges('{"displayName": "a", "secret": "s"}', '{"opened": 1}', '{"secret": "t", "displayName": "b"}');
SELECT merges('{"displayName": "a"}', '{"opened": 1}', '{"secret": "t"}');
\echo # theirs changed it: a conflict without values, be the guess good or bad
SELECT merges('{"secret": "s"}', '{"secret": "t"}', '{"secret": "t"}');
SELECT merges('{"secret": "s"}', '{"secret": "t"}', '{"secret": "u"}');
SELECT merges('{"displayName": "a"}', '{"secret": "t"}', '{"secret": "t"}');
SELECT merges('{"displayName": "a"}', '{"secret": "t"}', '{"displayName": "b"}');
\echo # but if the patch does not name it: then mine did not change it
SELECT merges('{"displayName": "a", "secret": "s"}', '{"secret": "t"}', '{"displayName": "b"}');
SELECT merges('{"displayName": "a", "secret": "s"}', '{"secret": null}', '{"displayName": "b"}', '{"*": "mine"}');
SELECT merges('{"displayName": "a", "keys": [{"type": "a", "pin": "1"}]}', '{"keys": [{"type": "a", "pin": "2"}]}', '{"displayName": "b"}');
SELECT merges('{"displayName": "a", "keys": [{"type": "a", "pin": "1"}]}', '{"keys": [{"type": "a", "pin": "2"}]}', '{"keys": null}');
SELECT merges('{"urn:example:2.0:Vault": {"code": "1", "depth": 1}}', '{"urn:example:2.0:Vault": {"code": "2"}}', '{"urn:example:2.0:Vault": {"depth": 2}}');
SELECT merges('{"displayName": "a", "urn:example:2.0:Vault": {"code": "1", "depth": 1}}', '{"urn:example:2.0:Vault": null}', '{"displayName": "b"}');
SELECT merges('{"displayName": "a", "urn:example:2.0:Vault": {"code": "1", "depth": 1}}', '{"urn:example:2.0:Vault": {"code": "2"}}', '{"urn:example:2.0:Vault": null}');
\echo # attributes with such a part go as wholes, and those of extensions as any
SELECT merges('{"keys": [{"type": "a", "value": "1", "pin": "1"}]}', '{"keys": [{"type": "a", "value": "2", "pin": "1"}]}', '{"keys": [{"type": "a", "value": "1", "pin": "1"}, {"type": "b"}]}');
SELECT merges('{"urn:example:2.0:Vault": {"code": "1", "depth": 1}}', '{"urn:example:2.0:Vault": {"code": "2"}}', '{"urn:example:2.0:Vault": {"code": "2"}}');
SELECT merges('{"urn:example:2.0:Vault": {"code": "1", "depth": 1}}', '{"urn:example:2.0:Vault": {"depth": 2}}', '{"urn:example:2.0:Vault": {"code": "2"}}');
\echo # rules that take a side apply, others cannot compute it
SELECT merges('{"secret": "s"}', '{"secret": "t"}', '{"secret": "u"}', '{"SECRET": "mine"}');
SELECT merges('{"secret": "s"}', '{"secret": "t"}', '{"secret": "u"}', '{"*": "theirs"}');
SELECT merges('{"secret": "s"}', '{"secret": "t"}', '{"secret": "t"}', '{"secret": "max"}');
SELECT merges('{"urn:example:2.0:Vault": {"code": "1"}}', '{"urn:example:2.0:Vault": {"code": "2"}}', '{"urn:example:2.0:Vault": {"code": "3"}}', '{"URN:example:2.0:vault:CODE": "mine"}');

\echo # the longest path counts, however it is spelled
CREATE FUNCTION by_rules(rules jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT merges('{"spots": [{"type": "a", "value": "1"}, {"type": "b", "value": "1"}]}', '{"spots": [{"type": "a", "value": "2"}, {"type": "b", "value": "2"}]}',
		'{"spots": [{"type": "a", "value": "3"}, {"type": "b", "value": "3"}]}', rules) $$;
SELECT by_rules('{}');
SELECT by_rules('{"*": "theirs", "SPOTS.Value": "mine"}');
SELECT by_rules('{"urn:EXAMPLE:2.0:lock:spots": "theirs", "spots[type eq \"b\"].VALUE": "mine"}');
SELECT by_rules('{"spots[type eq \"b\"]": "mine"}');
\echo # no path of the schema
SELECT rules, by_rules(rules) FROM (VALUES (1, '{"spot": "mine"}'::jsonb), (2, '{"spots.x": "mine"}'), (3, '{"spots[type eq \"a\"].x": "mine"}'),
	(4, '{"displayName[type eq \"a\"]": "mine"}'), (5, '{"spots.value[type eq \"a\"]": "mine"}'), (6, '{"spots[value pr]": "mine"}'), (7, '{"": "mine"}'),
	(8, '{"spots": "mine", "Spots": "mine"}'), (9, '{"spots": "ours"}'), (10, '[]')) r(n, rules) ORDER BY n;

\c :regression
DROP DATABASE scimver_merge_hidden;
