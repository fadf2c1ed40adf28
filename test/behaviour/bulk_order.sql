-- In which order the operations of a bulk request are done, and by how many statements.
\i :behaviour/bulk_words.sql

-- ---- as they stand ----

-- a name that is given up, or comes free, can be taken
SELECT bulk(op('DELETE', u(1)), person('a', 'ada'), renamed(u(2), 'ben'), person('b', 'bob'), op('DELETE', u('a')), person('c', 'ada'), renamed(u('c'), 'cat'), renamed(u(2), 'ada'));
SELECT there();
-- not before
SELECT anew();
SELECT bulk(person('a', 'ada'), op('DELETE', u(1)), person('b', 'bob'), renamed(u(2), 'ben'), person('c', 'ada'), person('d', 'bob'));
SELECT there();
-- two swap their names
SELECT anew();
SELECT bulk(renamed(u(1), 'tmp'), renamed(u(2), 'ada'), renamed(u(1), 'bob'), renamed(u(2), 'ada'), renamed(u(3), 'bob'));
SELECT there();
-- a member that goes, one that comes, a group that goes
SELECT anew();
SELECT bulk(joined(g(11), the(2)), op('DELETE', u(2)), joined(g(11), the(2)), joined(g(12), the(1)), op('PUT', g(11), '{"displayName": "staff", "members": []}'), op('DELETE', g(12)), joined(g(12), the(3)));
SELECT there();
-- the history has them so, in one transaction
SELECT anew();
SELECT coalesce(max(seq), 0) AS seq FROM scim_history \gset
SELECT bulk(titled(u(1), 'a'), person('x', 'xan'), joined(g(11), the(2)), op('DELETE', u(3)), person('y', 'yve', under(the('x'))), titled(u(1), 'b'), team('t', 'team', members(the('x'))), op('DELETE', u('x')));
SELECT operation, resource_type, named(resource_id), revision, changed, CASE WHEN count(*) OVER (PARTITION BY xid) = count(*) OVER () THEN 'in one' END FROM scim_history WHERE seq > :seq ORDER BY seq;

-- ---- behind what they refer to ----

SELECT anew();
-- what comes earlier waits, and nothing else moves
SELECT bulk(joined(g(11), the('x')), person('a', 'ada'), op('DELETE', u(1)), person('x', 'ada'), titled(u('x'), 'last'));
SELECT there();
-- what a POST needs is not done before its turn
SELECT anew();
SELECT bulk(person('a', 'ann', under(the('b'))), person('c', 'ann'), person('b', 'ben'));
SELECT there();
-- what is to be done to the same resource stays in its order, though the first waits
SELECT anew();
SELECT bulk(op('PUT', u(1), '{"userName": "ada"}' || under(the('m'))), titled(u(1), 'patched'), person('m', 'max'));
SELECT bulk(joined(g(11), the('n')), op('DELETE', g(11)), person('n', 'nan'), op('PUT', g(12), '{"displayName": "crew"}' || members(the('o'))), patch(g(12), '{"op": "remove", "path": "members"}'), person('o', 'ono'));
SELECT there();
SELECT anew();
SELECT bulk(team('t', 'team', members(the('x'))), joined(g('t'), the('y')), op('PUT', g('t'), '{"displayName": "second", "members": []}'), person('x', 'xan'), person('y', 'yve'), renamed(g('t'), 'third'));
SELECT there();

-- who is deleted is there for who names it before, though that one waits, or comes behind one that does
SELECT anew();
SELECT bulk(joined(g(11), the(2), the('x')), joined(g(11), the(3)), joined(g(12), the(2), the('y')), op('DELETE', u(2)), op('DELETE', u(3)), op('DELETE', u(2)), person('y', 'yve'), person('x', 'xan'));
SELECT there();
SELECT anew();
SELECT bulk(person('x', 'xan'), team('t', 'team', members(the('x'), the('y'))), titled(u('x'), 'gone'), op('DELETE', u('x')), joined(g(11), the(1)), op('DELETE', u(1)), person('y', 'yve'));
SELECT there();

-- ---- by one statement ----

CREATE TABLE statements (n int GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO statements (what) SELECT TG_TABLE_NAME || ' ' || count(*) FROM new_rows; RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER tell AFTER INSERT ON groups REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE FUNCTION told() RETURNS text LANGUAGE sql AS $$ WITH gone AS (DELETE FROM statements RETURNING *) SELECT string_agg(what, ', ' ORDER BY n) FROM gone $$;
SELECT anew();
SELECT told() IS NOT NULL;
-- those of one type in a row, but for one with a password, which takes long to crypt
SELECT bulk(person('a', 'a', '{"password": "of a"}'), person('b', 'b', '{"title": "of b"}'), person('c', 'c', under(the(1))), team('s', 's'), team('t', 't'), person('d', 'd'), titled(u(1), 'x'), person('e', 'e'), person('f', 'f'));
SELECT told();
SELECT there();
SELECT r.name, (SELECT password_hash = crypt('of a', password_hash) FROM users WHERE id::text = m.id) FROM made m, LATERAL (SELECT scim_get_user(m.id)->>'userName') r(name) WHERE m.name ~ '^[abc]$' ORDER BY 1;
-- those that refer to one another, those in circles, and what waits for them
SELECT anew(), told() IS NOT NULL;
SELECT bulk(person('a', 'a', under(the('b'))), person('b', 'b', under(the('a'))), person('c', 'c', under(the('a'))), person('d', 'd', under(the('d'))), team('t', 't', members(the('a'), the('d'))), team('u', 'u', members(the('b'))));
SELECT told();
SELECT there();
-- where one fails, each by itself: those before it, too
SELECT anew(), told() IS NOT NULL;
SELECT bulk(person('a', 'a'), person('b', 'b'), person('c', 'ADA'), person('d', 'd'), person('e', 'B'), person('f', 'f', '{"nothing": 1}'), person('g', 'g'));
SELECT told();
SELECT there();
-- faults and what fails by a reference is left out
SELECT anew(), told() IS NOT NULL;
SELECT bulk(person('a', 'a'), person('a b', 'b'), person('c', 'c', under(the('x'))), person('d', 'd'), '5', person('e', 'e'));
SELECT told();
-- an error of a trigger of the application's: only that one fails
SELECT anew(), told() IS NOT NULL;
CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.user_name = 'c' THEN
		RAISE 'a secret';
	END IF;
	RETURN CASE WHEN NEW.user_name = 'd' THEN NULL ELSE NEW END;
END $$;
SELECT CASE WHEN attgenerated = '' THEN 'NEW.user_name' ELSE '(NEW.data->>''userName'')' END AS name FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'user_name' \gset
SELECT format('CREATE OR REPLACE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS %L', replace(prosrc, 'NEW.user_name', :'name')) AS statement FROM pg_proc WHERE proname = 'breaks' \gset
:statement;
CREATE TRIGGER "the last" BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION breaks();
SELECT bulk(person('a', 'a'), person('b', 'b'), person('c', 'c'), person('e', 'e'));
SELECT told();
SELECT regexp_replace(b, '40[39] .*trigger.*', 'skipped') FROM bulk(person('f', 'f'), person('d', 'd'), person('g', 'g'), titled(u('d'), 'x')) b;
SELECT told();
SELECT there();
DROP TRIGGER "the last" ON users;
-- history and change feed: one entry each
SELECT anew();
SELECT coalesce(max(seq), 0) AS seq FROM scim_history \gset
SELECT bulk(person('a', 'a'), person('b', 'b'), person('c', 'c'), team('t', 't', members(the('a'), the('b'))));
SELECT operation, resource_type, named(resource_id), revision, version = (scim_get_resource(resource_type, resource_id)#>>'{meta,version}') FROM scim_history WHERE seq > :seq ORDER BY seq;
-- as if made by itself
SELECT jsonb_object_agg(r->>'userName', (r->'meta') - '{version,location}'::text[] - 'created' - 'lastModified' || jsonb_build_object('same', r#>'{meta,created}' = r#>'{meta,lastModified}')) FROM jsonb_array_elements(scim_list_users()->'Resources') r;
-- by whom, for whom and by which way, also what one statement makes; and so they are told
SELECT max(seq) AS seq, scim_changes('now')->>'nextCursor' AS now FROM scim_history \gset
SET scimver.agent = 'robot';
SELECT jsonb_build_array(person('d', 'd'), person('e', 'e'), titled(u('d'), 'x'), op('DELETE', u('e'))) AS operations \gset
SELECT count(scim_bulk(:'operations')), count(scim_call_tool('scim_bulk', jsonb_build_object('request', replace(:'operations', '"userName": "', '"userName": "tool ')::jsonb))), (SELECT status FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(message(replace(:'operations', '"userName": "', '"userName": "http ')::jsonb)::text, 'UTF8')));
RESET scimver.agent;
SELECT coalesce(tool, 'SQL') AS way, actor = current_user AS me, agent, string_agg(operation, ' ' ORDER BY seq), count(*) = count(DISTINCT (resource_id, operation)) AS once FROM scim_history WHERE seq > :seq GROUP BY tool, actor, agent ORDER BY 1;
SELECT count(*) AS told, array_agg((c->'seq')::bigint ORDER BY n) = (SELECT array_agg(seq ORDER BY seq) FROM scim_history WHERE seq > :seq) AS "of the history" FROM jsonb_array_elements(scim_changes(:'now')->'changes') WITH ORDINALITY f(c, n);
-- nothing is told of what was undone
SELECT scim_changes('now')->>'nextCursor' AS now \gset
SELECT atomic(person('x', 'xan'), titled(u(1), 'lost'), person('y', 'yve'), op('DELETE', u(9)));
SELECT scim_changes(:'now')->'changes' AS told;
