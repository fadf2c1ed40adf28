-- What the history keeps of what is written, whoever writes it: a row for each
-- change, none for what is taken back or changes nothing, one for a whole call.
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
CREATE FUNCTION title(to_be text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', to_be));
CREATE FUNCTION title_is(is_now text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object('title', is_now);
CREATE FUNCTION a_user(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object('userName', 'u' || n);
-- versions are named in the order in which the history has them
CREATE TABLE names (resource text, version text, n int);
CREATE FUNCTION named(resource text, wanted text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO names SELECT named.resource, wanted, (SELECT count(*) + 1 FROM names a WHERE a.resource = named.resource)
		WHERE wanted IS NOT NULL AND NOT EXISTS (SELECT FROM names a WHERE a.resource = named.resource AND a.version = wanted);
	RETURN coalesce((SELECT 'v' || n FROM names a WHERE a.resource = named.resource AND a.version = wanted), 'none');
END $$;
-- what has come into the history since this was asked last
CREATE TABLE asked AS SELECT 0::bigint AS seq;
CREATE FUNCTION news() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	e scim_history_rows;
BEGIN
	FOR e IN SELECT * FROM scim_history_rows h WHERE h.seq > (SELECT a.seq FROM asked a) ORDER BY h.seq LOOP
		RETURN NEXT concat_ws(' ', e.operation, e.resource_type, plain(to_jsonb(e.resource_id)::text), 'r' || e.revision, named(e.resource_id, e.previous_version) || ' to ' || named(e.resource_id, e.version) || ':',
			array_to_string(e.changed, ', '), plain(e.before::text), plain(e.members::text), 'by ' || nullif(e.actor, 'postgres'), 'for ' || e.agent, 'as ' || e.application_name);
		UPDATE asked SET seq = e.seq;
	END LOOP;
END $$;
SET application_name = '';
-- Where the history of a resource does not lead from what it is now to where it was
-- made, by way of all its entries: by versions, in one transaction whatever their order.
CREATE FUNCTION broken() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	e scim_history_rows;
	current text;
	used bigint[];
BEGIN
	FOR r IN SELECT tenant_id, resource_type, resource_id, count(*) AS entries FROM scim_history_rows WHERE resource_id IS NOT NULL GROUP BY 1, 2, 3 LOOP
		used := '{}';
		BEGIN
			current := scim_get_resource(r.resource_type, r.resource_id)#>>'{meta,version}';
		EXCEPTION WHEN SQLSTATE 'PT404' THEN
			current := NULL;
		END;
		LOOP
			SELECT * INTO e FROM scim_history_rows h WHERE (h.tenant_id, h.resource_type, h.resource_id) = (r.tenant_id, r.resource_type, r.resource_id)
				AND h.version IS NOT DISTINCT FROM current AND h.seq <> ALL (used) ORDER BY xid DESC, revision DESC NULLS LAST, seq DESC LIMIT 1;
			EXIT WHEN NOT FOUND;
			used := used || e.seq;
			current := e.previous_version;
		END LOOP;
		IF current IS NOT NULL OR cardinality(used) <> r.entries THEN
			RETURN NEXT format('%s %s: %s of %s entries', r.resource_type, plain(to_jsonb(r.resource_id)::text), cardinality(used), r.entries);
		END IF;
	END LOOP;
END $$;

-- ---- plain SQL ----

INSERT INTO users (id, data) SELECT id(n), a_user(n) || title_is('Boss') FROM generate_series(1, 2) n;
SELECT news();
UPDATE users SET data = data || title_is('Guide') WHERE id = id(1);
SELECT news();
-- what was, and names only of what is left
UPDATE users SET data = data - 'title' || '{"nickName": "Ada", "emails": [{"value": "ada@example.com"}], "active": true}' WHERE id = id(1);
UPDATE users SET data = data || '{"active": null, "nickName": null}' WHERE id = id(1);
SELECT news();
-- extensions by attribute
UPDATE users SET data = data || '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:acme"], "urn:x:acme": {"badge": 7, "floor": 2}}' WHERE id = id(1);
UPDATE users SET data = data || '{"urn:x:acme": {"badge": 8, "floor": 2}}' WHERE id = id(1);
SELECT news();
-- nothing of it is another content
UPDATE users SET data = data;
UPDATE users SET data = data || '{"urn:x:acme": {"badge": 8.0, "floor": 2, "desk": null}}' WHERE id = id(1);
UPDATE users SET revision = 7, version = 'x', last_modified = '2001-01-01' WHERE id = id(1);
SELECT news();
DELETE FROM users WHERE id = id(1);
SELECT news();
-- it comes again: another life
INSERT INTO users (id, data) VALUES (id(1), a_user(1));
SELECT news();
SELECT broken();

-- ---- rows that are never stored ----

CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER skip BEFORE INSERT OR UPDATE OR DELETE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION skip();
INSERT INTO users (id, data) VALUES (id(3), a_user(3));
UPDATE users SET data = data || title_is('none');
DELETE FROM users;
DROP TRIGGER skip ON users;
INSERT INTO users (id, data) VALUES (id(1), a_user(1)) ON CONFLICT DO NOTHING;
INSERT INTO users (id, data) VALUES (id(1), a_user(1)), (id(3), a_user(3)) ON CONFLICT DO NOTHING;
SELECT news();
SELECT fails(format('INSERT INTO users (id, data) VALUES (%L, %L)', id(2), a_user(4)));
SELECT news();

-- ---- one statement that inserts and updates ----

INSERT INTO users AS u (id, data) SELECT id(n), a_user(n) || title_is('upserted') FROM generate_series(3, 4) n ON CONFLICT (tenant_id, id) DO UPDATE SET data = u.data || title_is('taken');
SELECT news();
INSERT INTO users AS u (id, data) VALUES (id(3), a_user(3)) ON CONFLICT (tenant_id, id) DO UPDATE SET data = u.data;
INSERT INTO users AS u (id, data) VALUES (id(3), a_user(3)) ON CONFLICT (tenant_id, id) DO UPDATE SET data = u.data || title_is('x') WHERE false;
SELECT news();
\if :has_merge
MERGE INTO users u USING (SELECT id(n) AS id, n FROM generate_series(4, 6) n) s ON u.id = s.id
	WHEN MATCHED AND s.n = 4 THEN DELETE WHEN NOT MATCHED THEN INSERT (id, data) VALUES (s.id, a_user(s.n));
MERGE INTO users u USING (SELECT id(n) AS id, n FROM generate_series(5, 6) n) s ON u.id = s.id WHEN MATCHED AND s.n = 5 THEN UPDATE SET data = u.data || title_is('merged') WHEN MATCHED THEN DO NOTHING;
\else
DELETE FROM users WHERE id = id(4);
INSERT INTO users (id, data) SELECT id(n), a_user(n) FROM generate_series(5, 6) n;
UPDATE users SET data = data || title_is('merged') WHERE id = id(5);
\endif
SELECT news();
SELECT format('echo ''%s|{"userName": "u7", "title": "copied"}''', id(7)) AS program \gset
COPY users (id, data) FROM PROGRAM :'program' (DELIMITER '|');
SELECT news();
WITH gone AS (DELETE FROM users WHERE id = id(7) RETURNING data) INSERT INTO users (id, data) SELECT id(8), data || a_user(8) FROM gone;
SELECT news();
SELECT broken();

-- ---- keys ----

-- another id, another tenant: another resource
UPDATE users SET id = id(9) WHERE id = id(8);
SELECT news();
SELECT tenant_id, operation, plain(to_jsonb(resource_id)::text) FROM scim_history_rows ORDER BY seq DESC LIMIT 2;
UPDATE users SET tenant_id = 'acme' WHERE id = id(9);
SELECT tenant_id, operation, plain(to_jsonb(resource_id)::text) FROM scim_history_rows ORDER BY seq DESC LIMIT 2;
DELETE FROM users WHERE id = id(9);
SELECT count(*) FROM news();

-- ---- taken back ----

BEGIN;
SAVEPOINT a;
UPDATE users SET data = data || title_is('a') WHERE id = id(1);
ROLLBACK TO a;
UPDATE users SET data = data || title_is('b') WHERE id = id(1);
SAVEPOINT c;
SELECT scim_patch_user(id(1)::text, title('c'))->>'title';
DELETE FROM users WHERE id = id(2);
ROLLBACK TO c;
SELECT scim_patch_user(id(1)::text, title('d'))->>'title';
COMMIT;
SELECT news();
BEGIN;
UPDATE users SET data = data || title_is('a') WHERE id = id(1);
ROLLBACK;
SELECT news();
-- there and back in one transaction: two changes
BEGIN;
UPDATE users SET data = data || title_is('there') WHERE id = id(1);
UPDATE users SET data = data || title_is('d') WHERE id = id(1);
COMMIT;
SELECT news();
SELECT broken();

-- ---- calls ----

SET scimver.agent = 'Agent 7';
SELECT scim_create_user('{"userName": "called", "password": "secret of the first", "title": "Boss"}')->>'id' AS called \gset
SELECT scim_patch_user(:'called', title('Guide'))->>'title';
SELECT scim_update_user(:'called', '{"userName": "called", "displayName": "C"}')->>'title';
-- the same once more
SELECT scim_update_user(:'called', '{"userName": "called", "displayName": "C"}')->>'title';
SELECT scim_patch_user(:'called', '[{"op": "replace", "path": "displayName", "value": "C"}]')->>'title';
SELECT scim_patch_user(:'called', '[{"op": "replace", "path": "password", "value": "secret of the second"}]')->>'title';
SELECT scim_patch_user(:'called', '[{"op": "replace", "path": "password", "value": "secret of the third"}, {"op": "add", "path": "title", "value": "T"}]')->>'title';
SELECT news();
SELECT scim_delete_user(:'called');
SELECT news();
RESET scimver.agent;
SELECT fails(format('SELECT scim_patch_user(%L, %L, ''stale'')', id(1), title('never')));
SELECT news();
-- through a tool
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "tooled"}}')->'success', (SELECT tool FROM scim_history_rows ORDER BY seq DESC LIMIT 1);
SELECT count(*) FROM news();
-- no password is in it: by name only
SELECT count(*), bool_or(h::text ~ 'secret' OR h::text ~ '\$2[abxy]\$') AS told FROM scim_history_rows h WHERE 'password' = ANY (changed);
UPDATE users SET password_hash = 'set in SQL' WHERE id = id(2);
UPDATE users SET data = data || '{"password": "in clear text"}' WHERE id = id(2);
SELECT news();
UPDATE users SET password_hash = NULL WHERE id = id(2);
SELECT news();
SELECT count(*) FROM scim_history_rows h WHERE h::text ~ 'set in SQL|clear text';
SELECT broken();

-- ---- one within the other ----

-- the later change comes first, and is told by versions and revisions
WITH a AS (UPDATE users SET data = data || title_is('outer') WHERE id = id(1) RETURNING id) SELECT scim_patch_user(a.id::text, '[{"op": "add", "path": "nickName", "value": "inner"}]')->>'nickName' FROM a;
SELECT news();
-- a trigger of the application's that writes the same row: our own is before it
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE users SET data = data || jsonb_build_object('displayName', coalesce(NEW.data->>'title', 'none')) WHERE (tenant_id, id) = (NEW.tenant_id, NEW.id);
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER INSERT OR UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION follow();
UPDATE users SET data = data || title_is('followed') WHERE id IN (id(1), id(2));
SELECT news();
INSERT INTO users (id, data) VALUES (id(10), a_user(10) || title_is('ten'));
SELECT news();
-- in a call it is the call's, all in one
SELECT scim_patch_user(id(1)::text, title('called'))->>'title';
SELECT news();
SELECT scim_create_user('{"userName": "followed", "title": "made"}')->>'id' AS followed \gset
SELECT news();
-- but what comes between two steps is not guessed at
CREATE FUNCTION in_between() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	PERFORM scim_patch_user(NEW.id::text, '[{"op": "replace", "path": "nickName", "value": "between"}]');
	RETURN NULL;
END $$;
DROP TRIGGER follow ON users;
CREATE TRIGGER in_between AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION in_between();
SELECT scim_patch_user(id(1)::text, title('outer'))->>'title';
SELECT news();
DROP TRIGGER in_between ON users;
-- nor what is taken back in the midst of a call
CREATE FUNCTION rehearse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	BEGIN
		UPDATE users SET data = data || '{"nickName": "rehearsed"}' WHERE id = NEW.id;
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN
	END;
	BEGIN
		UPDATE users SET data = data || '{"nickName": "kept"}' WHERE id = NEW.id;
	EXCEPTION WHEN division_by_zero THEN
	END;
	RETURN NULL;
END $$;
CREATE TRIGGER rehearse AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION rehearse();
SELECT scim_patch_user(id(1)::text, title('rehearsed'))->>'title';
SELECT news();
DROP TRIGGER rehearse ON users;
-- a call after which all is as it was
CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE users SET data = data || jsonb_build_object('title', OLD.data->'title') WHERE id = NEW.id;
	RETURN NULL;
END $$;
CREATE TRIGGER back AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION back();
SELECT scim_patch_user(id(1)::text, title('not for long'))->>'title';
SELECT news();
DROP TRIGGER back ON users;
-- made and gone
CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM users WHERE id = NEW.id; RETURN NULL; END';
CREATE TRIGGER vanish AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION vanish();
SELECT fails($$ SELECT scim_create_user('{"userName": "vanishes"}') $$);
INSERT INTO users (id, data) VALUES (id(11), a_user(11));
SELECT regexp_replace(e, '"#\?"', '"#11"') FROM news() e;
DROP TRIGGER vanish ON users;
-- changed on the way out: it was what it was before the call
CREATE FUNCTION on_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF OLD.data->>'title' = 'leaving' THEN RETURN OLD; END IF;
	UPDATE users SET data = data || title_is('leaving') WHERE id = OLD.id;
	DELETE FROM users WHERE id = OLD.id;
	RETURN NULL;
END $$;
CREATE TRIGGER on_the_way BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION on_the_way();
SELECT fails(format('SELECT scim_delete_user(%L)', id(10)));
DELETE FROM users WHERE id = id(10);
SELECT news();
DROP TRIGGER on_the_way ON users;
-- changed, and then deleted by a trigger of the call: it is what it was before
INSERT INTO users (id, data) VALUES (id(12), a_user(12));
SELECT news();
CREATE FUNCTION goes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM users WHERE id = NEW.id; RETURN NULL; END';
CREATE TRIGGER goes AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION goes();
SELECT scim_patch_user(id(12)::text, title('nearly gone'))->>'title';
DROP TRIGGER goes ON users;
SELECT news();
SELECT scim_get_version('User', id(12)::text, previous_version) - 'id' - 'meta' FROM scim_history WHERE resource_id = id(12)::text AND operation = 'delete';
-- an extension that is no object in between: one entry could not tell what it was
INSERT INTO users (id, data) VALUES (id(13), a_user(13) || '{"urn:x": {"was": 1}}');
SELECT news();
CREATE FUNCTION no_object() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.data := NEW.data || '{"urn:x": "none"}'; RETURN NEW; END $$;
CREATE FUNCTION an_object() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE users SET data = data || '{"urn:x": {"is": 2}}' WHERE id = NEW.id;
	RETURN NULL;
END $$;
CREATE TRIGGER no_object BEFORE UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION no_object();
CREATE TRIGGER an_object AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION an_object();
SELECT scim_patch_user(id(13)::text, title('extended'))->>'title';
DROP TRIGGER no_object ON users;
DROP TRIGGER an_object ON users;
SELECT news();
SELECT scim_get_version('User', id(13)::text, version)->'urn:x' FROM scim_history WHERE resource_id = id(13)::text ORDER BY seq;
SELECT broken();

-- ---- who ----

CREATE ROLE regress_history_writer SUPERUSER;
CREATE FUNCTION as_definer(n int) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT scim_patch_user(id(n)::text, title('defined'))->>'title' $$;
CREATE FUNCTION as_definer_sql(n int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE users SET data = data || title_is('defined in SQL') WHERE id = id(n) $$;
SET ROLE regress_history_writer;
SELECT as_definer(1), as_definer_sql(1);
RESET ROLE;
SELECT news();
INSERT INTO groups (id, data) VALUES (id(20), '{"displayName": "G"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(20), 'User', id(1)), (id(20), 'User', id(2));
SELECT news();
SET ROLE regress_history_writer;
DELETE FROM users WHERE id = id(2);
SELECT scim_delete_user(id(1)::text);
RESET ROLE;
SELECT news();
DROP ROLE regress_history_writer;
SELECT broken();

-- ---- triggers that are off, maintenance ----

SET session_replication_role = replica;
UPDATE users SET data = data || title_is('unseen') WHERE id = id(3);
RESET session_replication_role;
SELECT news();
-- the version that is stored is another one than that of the row: the history is cut
SELECT count(*) FROM scim_repair_table('users');
SELECT operation, resource_id IS NOT NULL AS of_one, changed, before FROM scim_history_rows ORDER BY seq DESC LIMIT 1;
UPDATE users SET data = data || title_is('seen') WHERE id = id(3);
SELECT count(*) FROM news();
