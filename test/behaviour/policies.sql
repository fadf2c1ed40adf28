-- Policies: which one applies, from when on, and to whom.
CREATE ROLE regress_scim_chief;
CREATE ROLE regress_scim_deputy IN ROLE regress_scim_chief;
CREATE ROLE regress_scim_boss SUPERUSER;
CREATE ROLE regress_scim_clerk;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO regress_scim_deputy, regress_scim_clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_scim_deputy, regress_scim_clerk;
SELECT scim_grant_tenant('default', 'regress_scim_deputy'), scim_grant_tenant('default', 'regress_scim_clerk');
-- may a user be made, in that tenant?  What is made is taken back.
CREATE FUNCTION makes(tenant text DEFAULT 'default') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_create_user('{"userName": "made"}', tenant_id => tenant);
	RAISE 'made';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlstate = 'PT403' THEN split_part(sqlerrm, ':', 1) ELSE sqlerrm END;
END $$;
CREATE FUNCTION set_policy(tenant text, policy jsonb, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN scim_set_policy(tenant, type, policy) - '_version';

-- ---- which one ----

SELECT makes(), makes('red');
SELECT set_policy('red', '{"deny": ["create"]}'), makes(), makes('red');
SELECT set_policy('*', '{"deny": ["create"]}'), makes(), makes('red');
-- they are not mixed: that of the tenant counts, and nothing else
SELECT set_policy('red', '{"deny": ["delete"]}'), makes(), makes('red');
SELECT set_policy('red', '{}'), makes(), makes('red');
SELECT set_policy('*', NULL), makes(), makes('red');
-- nor of another type
SELECT set_policy('red', NULL), set_policy('*', '{"deny": ["create"]}', 'Group'), makes(), makes('red');
SELECT set_policy('*', NULL, 'Group');

-- ---- from when on ----

-- at once, for whoever has the transaction; nobody, once it is taken back
BEGIN;
SELECT set_policy('default', '{"deny": ["create"]}'), makes();
SAVEPOINT before;
SELECT set_policy('default', NULL), makes();
ROLLBACK TO before;
SELECT makes();
ROLLBACK;
SELECT makes();
-- what a statement wrote that failed, too, though it was read meanwhile
CREATE FUNCTION by_hand(policy jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen text;
BEGIN
	BEGIN
		INSERT INTO scim_policy_rows VALUES ('default', 'User', policy, 'v', now());
		seen := makes();
		RAISE EXCEPTION USING ERRCODE = 'TAKEB', MESSAGE = seen;
	EXCEPTION WHEN SQLSTATE 'TAKEB' THEN
		RETURN sqlerrm || ', then ' || makes();
	END;
END $$;
SELECT by_hand('{"deny": ["create"]}'), makes();
CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it fails, and saw %', makes(); END $$;
CREATE TRIGGER "aaa" AFTER INSERT ON scim_policy_rows FOR EACH ROW EXECUTE FUNCTION early();
CREATE OR REPLACE FUNCTION by_hand(policy jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO scim_policy_rows VALUES ('default', 'User', policy, 'v', now());
EXCEPTION WHEN OTHERS THEN
	RETURN sqlerrm;
END $$;
SELECT by_hand('{"deny": ["create"]}'), makes();
DROP TRIGGER "aaa" ON scim_policy_rows;
-- whoever owns the table writes it by hand
INSERT INTO scim_policy_rows VALUES ('default', 'User', '{"deny": ["create"]}', 'v', now());
SELECT makes();
UPDATE scim_policy_rows SET policy = '{}';
SELECT makes();
UPDATE scim_policy_rows SET policy = '{"deny": ["create"]}', tenant_id = 'red';
SELECT makes(), makes('red');
TRUNCATE scim_policy_rows;
SELECT makes('red');
-- many tenants
SELECT count(set_policy('t' || n, CASE n % 2 WHEN 0 THEN '{"deny": ["create"]}' ELSE '{}' END::jsonb)) FROM generate_series(1, 40) n;
SELECT string_agg(makes('t' || n), ' ' ORDER BY n) FROM generate_series(1, 41) n;
SELECT count(makes('other' || n)) FROM generate_series(1, 1100) n;
SELECT string_agg(makes('t' || n), ' ' ORDER BY n) FROM generate_series(1, 10) n;
DELETE FROM scim_policy_rows;
SELECT makes('t2');

-- ---- to whom ----

-- superusers and owners, too; not who is exempt, by inheritance as well
SELECT set_policy('default', '{"deny": ["create"], "exempt": ["regress_scim_chief"]}'), makes();
SET ROLE regress_scim_clerk;
SELECT makes();
SET ROLE regress_scim_deputy;
SELECT makes();
-- a superuser has only the roles that he was given
SET ROLE regress_scim_boss;
SELECT makes();
RESET ROLE;
GRANT regress_scim_chief TO regress_scim_boss;
SET ROLE regress_scim_boss;
SELECT makes();
-- whoever does not inherit, is not
RESET ROLE;
ALTER ROLE regress_scim_deputy NOINHERIT;
REVOKE regress_scim_chief FROM regress_scim_deputy;
GRANT regress_scim_chief TO regress_scim_deputy;
SET ROLE regress_scim_deputy;
SELECT makes();
RESET ROLE;
-- who acts counts, not who owns the function that he calls; nor is that of others exempt with him
CREATE FUNCTION as_chief() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN makes();
ALTER FUNCTION as_chief() OWNER TO regress_scim_boss;
SET ROLE regress_scim_clerk;
SELECT as_chief();
RESET ROLE;
-- ... and code of another, who is bound, does not exempt him
CREATE FUNCTION as_clerk() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN makes();
ALTER FUNCTION as_clerk() OWNER TO regress_scim_clerk;
SET ROLE regress_scim_boss;
SELECT as_clerk();
RESET ROLE;
-- of a role that is gone nobody is exempt, and all else of it binds
DROP OWNED BY regress_scim_chief, regress_scim_deputy;
DROP ROLE regress_scim_chief;
SET ROLE regress_scim_boss;
SELECT makes();
RESET ROLE;
SELECT set_policy('default', NULL), makes();

-- ---- what a schema takes away ----

SELECT scim_register_schema('{"id": "urn:example:params:extra", "name": "Extra", "attributes": [{"name": "badge", "type": "string"}]}') IS NOT NULL;
SELECT scim_register_resource_type(jsonb_set(document, '{schemaExtensions}', document -> 'schemaExtensions' || '{"schema": "urn:example:params:extra", "required": false}')) IS NOT NULL FROM scim_resource_types WHERE name = 'User';
CREATE FUNCTION has_badge() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_create_user('{"userName": "made", "URN:example:params:extra": {"badge": "b"}}');
	RAISE 'made';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlstate = 'PT403' THEN split_part(sqlerrm, ':', 1) ELSE sqlerrm END;
END $$;
SELECT set_policy('default', '{"may": {"regress_scim_clerk": {"operations": ["create"], "attributes": ["userName", "URN:example:PARAMS:extra:Badge"]}}}');
SET ROLE regress_scim_clerk;
SELECT has_badge(), makes();
RESET ROLE;
SELECT scim_register_schema('{"id": "urn:example:params:extra", "name": "Extra", "attributes": [{"name": "badge", "type": "string"}, {"name": "desk", "type": "string"}]}') IS NOT NULL;
SET ROLE regress_scim_clerk;
SELECT has_badge(), makes();
RESET ROLE;
SELECT scim_register_schema('{"id": "urn:example:params:extra", "name": "Extra", "attributes": [{"name": "desk", "type": "string"}]}') IS NOT NULL;
SET ROLE regress_scim_clerk;
SELECT makes();
RESET ROLE;
SELECT set_policy('default', NULL);
DROP OWNED BY regress_scim_clerk, regress_scim_deputy, regress_scim_boss;
DROP ROLE regress_scim_clerk, regress_scim_deputy, regress_scim_boss;
