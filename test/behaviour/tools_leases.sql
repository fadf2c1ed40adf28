-- What agents see of leases, checkpoints and the forecast: scim_lease, scim_check_versions, lease_id on
-- writes, and what reads and failures tell.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
-- what differs by run has a name: LEASE, THEN, V, C for a cursor, 1 for milliseconds
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(answer, '"' || current_user || '"', '"me"'),
		'[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', 'LEASE', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g'),
		'"cursor":"[^"]+"', '"cursor":"C"', 'g'),
		'retry_after_ms":[1-9]\d*', 'retry_after_ms":1', 'g')) $$;
CREATE FUNCTION call(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS 'SELECT scim_call_tool(tool, arguments)::text';
CREATE FUNCTION try(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS 'SELECT told(call(tool, arguments))';
-- how it ended, and what to do next
CREATE FUNCTION code(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(a #>> '{content,error_code}', 'done' || CASE WHEN a #> '{metadata,unchanged}' IS NOT NULL THEN ', unchanged' ELSE '' END) FROM CAST(call(tool, arguments) AS jsonb) a $$;
CREATE FUNCTION steps(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', a #>> '{content,error_code}', told(a #>> '{content,next_steps}')) FROM CAST(call(tool, arguments) AS jsonb) a $$;
-- an error in one line
CREATE FUNCTION wrong(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' | ', c ->> 'error_code', c ->> 'path', told(c ->> 'error'), c ->> 'limit') FROM CAST(call(tool, arguments)::jsonb -> 'content' AS jsonb) c $$;
CREATE FUNCTION acquire(n int, more jsonb DEFAULT '{}', type text DEFAULT 'User') RETURNS text LANGUAGE sql AS
	$$ SELECT call('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', type, 'resource_id', id(n)) || more) $$;
CREATE FUNCTION lease(answer text) RETURNS text LANGUAGE sql AS $$ SELECT answer::jsonb #>> '{content,lease_id}' $$;
-- what a read says of a resource beside it
CREATE FUNCTION beside(n int, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS
	$$ SELECT told((a -> 'metadata' -> 'lease')::text) FROM CAST(call('scim_get_user', jsonb_build_object('user_id', id(n)) || more) AS jsonb) a $$;
CREATE FUNCTION title(n int, title text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('user_id', id(n), 'operations', sets('title', to_jsonb(title))) || more $$;
CREATE FUNCTION by(lease text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('lease_id', lease) $$;
CREATE FUNCTION let_end() RETURNS void LANGUAGE sql AS $$ UPDATE scim_leases SET expires_at = clock_timestamp() $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}'), (id(12), '{"displayName": "h"}');

-- ---- a resource is held ----

SET scimver.agent = 'alice';
SELECT v(1) AS v1 \gset
SELECT acquire(1, '{"seconds": 100, "purpose": "to sort the addresses"}') AS a \gset
SELECT told(:'a');
SELECT lease(:'a') AS l1, :'a'::jsonb #>> '{content,version}' = v(1) AS its_version \gset
SELECT :'its_version' AS its_version;
-- whoever reads it is told; also where there is no more to be told, or other attributes; nothing of the lease_id
SET scimver.agent = 'bob';
SELECT beside(1), beside(1, jsonb_build_object('known_version', v(1))) = beside(1) AS known, beside(1, '{"attributes": ["title"]}') = beside(1) AS attributes;
SELECT beside(2) IS NULL AS not_held, try('scim_list_users', '{}') ~ 'lease' AS lists, call('scim_get_user', jsonb_build_object('user_id', id(1))) ~ :'l1' AS tells_id;
-- who comes second is told when to come again
SELECT told(acquire(1));
SELECT (acquire(1)::jsonb #>> '{content,retry_after_ms}')::int BETWEEN 1 AND 100000 AS retry_after_ms;
SELECT try('scim_patch_user', title(1, 'Boss'));
-- held on to, with the resource named too or not, and let go; once more is harmless
SET scimver.agent = 'alice';
SELECT try('scim_lease', '{"action": "renew"}' || by(:'l1'));
SELECT (call('scim_lease', jsonb_build_object('action', 'Renew', 'seconds', 200, 'resource_type', 'User', 'resource_id', id(1)) || by(upper(:'l1')))::jsonb #>> '{content,expires_at}')::timestamptz > now() + '150 seconds' AS renewed;
SELECT try('scim_lease', '{"action": "release"}' || by(:'l1')), try('scim_lease', '{"action": "release"}' || by(:'l1'));
SELECT beside(1) IS NULL AS let_go, count(*) FROM scim_leases;
-- then it is lost, whoever is asked
SELECT try('scim_lease', '{"action": "renew"}' || by(:'l1'));
SELECT try('scim_patch_user', title(1, 'Boss', by(:'l1')));
SELECT code('scim_patch_user', title(1, 'Boss'));
-- both are on record
SELECT tool, error_code, agent, count(*) FROM scim_history WHERE operation = 'refused' AND resource_id = id(1)::text GROUP BY 1, 2, 3 ORDER BY tool COLLATE "C", error_code COLLATE "C";
-- so it is when the clock has ended it
SELECT lease(acquire(1)) AS l1 \gset
SELECT let_end();
SELECT beside(1) IS NULL AS over, code('scim_patch_user', title(1, 'Chief', by(:'l1'))), code('scim_patch_user', title(1, 'Chief'));

-- ---- every tool that writes ----

SELECT lease(acquire(1)) AS l1, lease(acquire(11, type => 'Group')) AS l11, lease(acquire(2)) AS l2, lease(acquire(12, type => 'Group')) AS l12 \gset
CREATE TABLE writes (n serial, tool text, arguments jsonb, lease text);
INSERT INTO writes (tool, arguments, lease) VALUES
	('scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "u1", "title": "x"}'::jsonb), :'l1'),
	('scim_patch_user', title(1, 'y'), :'l1'),
	('scim_restore', jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'version', :'v1'), :'l1'),
	('scim_delete_user', jsonb_build_object('user_id', id(2)), :'l2'),
	('scim_update_group', jsonb_build_object('group_id', id(11), 'group_data', '{"displayName": "g2"}'::jsonb), :'l11'),
	('scim_patch_group', jsonb_build_object('group_id', id(11), 'operations', sets('displayName', '"g3"')), :'l11'),
	('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(3))), :'l11'),
	('scim_delete_group', jsonb_build_object('group_id', id(12)), :'l12');
-- refused without the lease, and with that of another; done with it, also among others
SELECT n, tool, code(tool, arguments), code(tool, arguments || by(CASE lease WHEN :'l1' THEN :'l11' ELSE :'l1' END)) FROM writes ORDER BY n;
SELECT n, tool, code(tool, arguments || by(concat_ws(', ', :'l1', lease))), code(tool, arguments) FROM writes ORDER BY n;
-- a tool for each of these, for many at once, and who decides for others, takes a lease_id
SELECT array_agg(t->>'name' ORDER BY t->>'name') = (SELECT array_agg(tool ORDER BY tool) FROM writes)
	FROM jsonb_array_elements(scim_tools()) t WHERE t #> '{inputSchema,properties}' ? 'lease_id' AND t->>'name' NOT IN ('scim_bulk', 'scim_lease', 'scim_review_proposal');
-- whom a held group has as member cannot be deleted, but by who holds both
SELECT lease(acquire(3)) AS l3 \gset
SELECT wrong('scim_delete_user', jsonb_build_object('user_id', id(3)) || by(:'l3'));
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(3)) || by(:'l3' || ',' || :'l11'));
-- what is deleted cannot be held anew: it is brought back without
SELECT code('scim_lease', '{"action": "release"}' || by(:'l2')), wrong('scim_restore', r || by(:'l2')), steps('scim_restore', r || by(:'l2')), code('scim_restore', r)
	FROM CAST(jsonb_build_object('resource_type', 'User', 'resource_id', id(2), 'version', (SELECT previous_version FROM scim_history WHERE resource_id = id(2)::text AND operation = 'delete')) AS jsonb) r;
-- the setting of the session names leases, too
SET scimver.lease_id = :'l1';
SELECT code('scim_patch_user', title(1, 'z'));
RESET scimver.lease_id;
SELECT code('scim_patch_user', title(1, 'zz'));
-- a version that is stale comes after the lease
SELECT code('scim_patch_user', title(1, 'zz', jsonb_build_object('expected_version', :'v1'))), code('scim_patch_user', title(1, 'zz', jsonb_build_object('expected_version', :'v1') || by(:'l1')));
-- nobody who reads the history learns the lease_id
SELECT count(*) FROM scim_history h WHERE to_jsonb(h)::text ~ :'l1';
-- of tools for any type, the same
SELECT a #> '{metadata,lease}' IS NOT NULL AS lease FROM CAST(call('scim_get_resource', jsonb_build_object('resource_type', 'User', 'resource_id', id(1))) AS jsonb) a;
SELECT code('scim_patch_resource', p), code('scim_patch_resource', p || by(:'l1')) FROM CAST(jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'operations', sets('title', '"any"')) AS jsonb) p;

-- ---- wrong arguments ----

SELECT n, wrong('scim_lease', a::jsonb) FROM (VALUES (1, '{}'), (2, '{"action": "steal"}'), (3, '{"action": "acquire"}'), (4, '{"action": "acquire", "resource_type": "User"}'),
	(5, '{"action": "renew"}'), (6, '{"action": "release"}'), (7, '{"action": "release", "lease_id": ""}'), (8, '{"action": "acquire", "resource_type": "Robot", "resource_id": "x"}'),
	(9, '{"action": "acquire", "resource_type": "User", "resource_id": "nobody"}')) AS w(n, a) ORDER BY n;
SELECT seconds, told(wrong('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(4), 'seconds', seconds))) FROM unnest('{0,-1,3601,1000000000}'::int[]) seconds;
SELECT wrong('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(4), 'purpose', p)) FROM unnest(ARRAY[repeat('x', 201), repeat('x', 10000), E'a\nb']) p;
SELECT count(*) FROM scim_leases WHERE resource_id = id(4)::text;
SELECT wrong('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(4)) || by(:'l1'));
SELECT wrong('scim_lease', '{"action": "renew", "purpose": "another"}' || by(:'l1')), wrong('scim_lease', '{"action": "release", "seconds": 5}' || by(:'l1'));
-- a lease_id that is none, none of this resource, or several of them
SELECT lease_id, wrong('scim_lease', '{"action": "renew"}' || by(lease_id)), wrong('scim_patch_user', title(1, 'q', by(lease_id))) FROM unnest(ARRAY['none', '0', ',', ' ', 'a secret', repeat('x', 10000)]) WITH ORDINALITY l(lease_id, n) WHERE n < 6 ORDER BY n;
SELECT wrong('scim_lease', '{"action": "renew"}' || by(:'l1' || ',' || :'l11')), wrong('scim_lease', jsonb_build_object('action', 'renew', 'resource_type', 'User', 'resource_id', id(5)) || by(:'l1'));
SELECT code('scim_patch_user', title(5, 'q', by(:'l1'))), code('scim_patch_user', title(5, 'q2', by('00000000-0000-0000-0000-000000000000'))), code('scim_lease', '{"action": "renew"}' || by('00000000-0000-0000-0000-000000000000')), try('scim_lease', '{"action": "release"}' || by('00000000-0000-0000-0000-000000000000'));
-- whoever only knows the id, and has another role, has nothing by it
GRANT ALL ON users, groups, groups_members TO :role;
SELECT scim_grant_tenant('default', :'role');
SET ROLE :role;
SELECT code('scim_patch_user', title(1, 'mine', by(:'l1'))), code('scim_lease', '{"action": "renew"}' || by(:'l1')), call('scim_lease', '{"action": "release"}' || by(:'l1'))::jsonb -> 'content' AS released;
RESET ROLE;
SELECT code('scim_lease', '{"action": "renew"}' || by(:'l1'));
-- who may not write it may not hold it
REVOKE UPDATE ON users FROM :role;
SET ROLE :role;
SELECT code('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(6)));
RESET ROLE;
-- a connection that only reads
BEGIN READ ONLY;
SELECT wrong('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(6))), beside(1) IS NOT NULL AS reads;
COMMIT;

-- ---- tenants ----

SELECT scim_create_user('{"userName": "u1"}', tenant_id => 'other') ->> 'id' AS other \gset
SELECT call('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', :'other', 'tenant_id', 'other', 'purpose', 'not for you')) AS a \gset
SELECT lease(:'a') AS lo \gset
SET scimver.only_tenant = 'default';
SELECT wrong('scim_patch_user', jsonb_build_object('user_id', :'other', 'operations', sets('title', '"x"'))), code('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', :'other'));
SELECT wrong('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', :'other', 'tenant_id', 'other'));
RESET scimver.only_tenant;
SELECT a #>> '{metadata,lease,purpose}' AS purpose FROM CAST(call('scim_get_user', jsonb_build_object('user_id', :'other', 'tenant_id', 'other')) AS jsonb) a;
SET scimver.tenant = 'other';
SELECT a #>> '{metadata,lease,purpose}' AS purpose FROM CAST(call('scim_get_user', jsonb_build_object('user_id', :'other')) AS jsonb) a;
RESET scimver.tenant;
DELETE FROM scim_leases;

-- ---- trying again ----

-- who was refused too often is let through with a lease, and told so
SET scimver.max_attempts = 3;
SET scimver.agent = 'carol';
SELECT v(7) AS v7 \gset
UPDATE users SET data = data || '{"title": "one"}' WHERE id = id(7);
SELECT code('scim_patch_user', title(7, 'two', jsonb_build_object('expected_version', :'v7'))) FROM generate_series(1, 4);
SELECT steps('scim_patch_user', title(7, 'two', jsonb_build_object('expected_version', v(7))));
SELECT acquire(7) AS a \gset
SELECT code('scim_patch_user', title(7, 'two', jsonb_build_object('expected_version', :'a'::jsonb #>> '{content,version}'))),
	code('scim_patch_user', title(7, 'two', jsonb_build_object('expected_version', :'a'::jsonb #>> '{content,version}') || by('00000000-0000-0000-0000-000000000000'))),
	code('scim_patch_user', title(7, 'two', jsonb_build_object('expected_version', :'a'::jsonb #>> '{content,version}') || by(lease(:'a'))));
RESET scimver.max_attempts;
SET scimver.max_attempts = 0;

-- ---- what others will do ----

CREATE FUNCTION forecast(n int, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c ->> 'advice', (c ->> 'writes_per_minute')::numeric > 0, (SELECT string_agg(key || CASE WHEN value::numeric BETWEEN 0 AND 1 THEN ' ok' END, ' ' ORDER BY key::int) FROM jsonb_each_text(c -> 'conflict_probability')),
		(SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys(c) k))
	FROM CAST(call('scim_get_user', jsonb_build_object('user_id', id(n)) || more)::jsonb #> '{metadata,contention}' AS jsonb) c $$;
-- two writes of others are not enough, three are; one's own are none
SET scimver.agent = 'dave';
SELECT code('scim_patch_user', title(8, t)) FROM unnest('{a,b}'::text[]) t;
SET scimver.agent = 'erin';
SELECT forecast(8);
SET scimver.agent = 'dave';
SELECT code('scim_patch_user', title(8, 'c'));
SELECT forecast(8);
SET scimver.agent = 'erin';
SELECT forecast(8), forecast(8, jsonb_build_object('known_version', v(8))) IS NOT NULL AS known, forecast(8, '{"attributes": ["userName"]}') IS NOT NULL AS attributes, forecast(9) AS cold;
-- agents are told what each advice means, and what names a lease
SELECT word, scim_instructions() ~ ('metadata\.contention [^\n]*\m' || word || '\M') AS advice, scim_instructions() ~ ('\n[^\n]*scim_lease[^\n]*lease_id') AS held FROM unnest('{update,patch,merge,lease}'::text[]) word;
-- who keeps changing the same as others is told to hold it
SELECT v(8) AS v8 \gset
SET scimver.agent = 'dave';
SELECT code('scim_patch_user', title(8, t)) FROM unnest('{d,e}'::text[]) t;
SET scimver.agent = 'erin';
SELECT steps('scim_patch_user', title(8, 'mine', jsonb_build_object('expected_version', :'v8'))) ~ 'scim_lease' FROM generate_series(1, 6);
SELECT forecast(8);
SELECT steps('scim_patch_user', title(8, 'mine', jsonb_build_object('expected_version', :'v8')));
-- also where the answer has room for little more
SELECT octet_length(a) <= 8192 AS fits, a ~ 'with scim_lease first' AS tells FROM call('scim_patch_user', title(8, repeat('mine ', 3000), jsonb_build_object('expected_version', :'v8'))) a;
-- but not, if he does
SELECT lease(acquire(8)) AS l8 \gset
SELECT steps('scim_patch_user', title(8, 'mine', jsonb_build_object('expected_version', :'v8') || by(:'l8'))) ~ 'scim_lease';
DELETE FROM scim_leases;

-- ---- checkpoints ----

SET scimver.agent = 'alice';
SELECT call('scim_check_versions', jsonb_build_object('resource_type', 'User', 'ids', jsonb_build_array(id(5), id(6), id(99), 'no id', id(5)))) AS c \gset
SELECT told(:'c');
SELECT :'c'::jsonb #> '{content,resources}' AS seen, :'c'::jsonb #>> '{content,cursor}' AS cursor \gset
SELECT try('scim_check_versions', jsonb_build_object('resources', :'seen'::jsonb));
SET scimver.agent = 'bob';
SELECT code('scim_patch_user', title(5, 'changed')), code('scim_delete_user', jsonb_build_object('user_id', id(6)));
INSERT INTO users (id, data) VALUES (id(99), '{"userName": "u99"}');
SET scimver.agent = 'alice';
SELECT try('scim_check_versions', jsonb_build_object('resources', :'seen'::jsonb));
-- a version "" is none, as of what was not there
SELECT call('scim_check_versions', jsonb_build_object('resources', jsonb_build_array(jsonb_build_object('resource_type', 'User', 'id', id(99), 'version', '')))) = call('scim_check_versions', jsonb_build_object('resources', jsonb_build_array(jsonb_build_object('resource_type', 'User', 'id', id(99))))) AS same;
-- types together; what else is in the entries, such as those of an answer, does not matter
SELECT a -> 'content' ->> 'unchanged' FROM CAST(call('scim_check_versions', jsonb_build_object('resources', jsonb_build_array(jsonb_build_object('resource_type', 'User', 'id', id(1), 'version', v(1), 'more', 1), jsonb_build_object('resource_type', 'Group', 'id', id(11), 'version', v(11, 'Group'))))) AS jsonb) a;
-- the cursor leads on to what came since
SELECT string_agg(plain(c ->> 'resource_id') || ' ' || (c ->> 'operation'), ', ' ORDER BY n) FROM jsonb_array_elements(call('scim_changes', jsonb_build_object('cursor', :'cursor'))::jsonb #> '{content,changes}') WITH ORDINALITY x(c, n);
-- wrong arguments: nothing, too much, too many
SELECT n, wrong('scim_check_versions', a::jsonb) FROM (VALUES (1, '{}'), (2, '{"ids": ["a"]}'), (3, '{"resource_type": "User"}'), (4, '{"resource_type": "User", "ids": [], "resources": []}'),
	(5, '{"resource_type": "User", "ids": ["a"], "resources": [{"resource_type": "User", "id": "a"}]}'), (6, '{"resource_type": "User", "resources": [{"resource_type": "User", "id": "a"}]}'),
	(7, '{"resource_type": "Robot", "ids": ["a"]}'), (8, '{"resources": [{"resource_type": "Robot", "id": "a"}]}'), (9, '{"resources": [1]}'), (10, '{"resources": [{"id": "a"}]}'),
	(11, '{"resources": [{"resource_type": "User", "id": "a", "version": "W/\"x\""}]}'), (12, '{"resources": {"resource_type": "User", "id": "a"}}'), (13, '{"resources": "User"}')) AS w(n, a) ORDER BY n;
SELECT wrong('scim_check_versions', jsonb_build_object('resource_type', 'User', 'ids', (SELECT jsonb_agg('x' || n) FROM generate_series(1, 1001) n)));
SELECT wrong('scim_check_versions', jsonb_build_object('resources', (SELECT jsonb_agg(jsonb_build_object('resource_type', 'User', 'id', 'x' || n)) FROM generate_series(1, 1001) n)));
-- as much as fits into an answer, and the rest is named
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'many' || n) FROM generate_series(2001, 3000) n;
SELECT call('scim_check_versions', jsonb_build_object('resource_type', 'User', 'ids', (SELECT jsonb_agg(id(n) ORDER BY n) FROM generate_series(2001, 3000) n))) AS c \gset
SELECT octet_length(:'c') BETWEEN 30000 AND 33000 AS about_32k, jsonb_array_length(c #> '{content,resources}') BETWEEN 250 AND 600 AS shown,
	c #>> '{metadata,omitted,0}' = format('resources[%s..999]', jsonb_array_length(c #> '{content,resources}')) AS rest, c #> '{metadata,truncated}' AS truncated, c #> '{metadata,how_to_go_on}' AS how FROM CAST(:'c' AS jsonb) c;
SELECT call('scim_check_versions', jsonb_build_object('resources', (SELECT jsonb_agg(jsonb_build_object('resource_type', 'User', 'id', id(n), 'version', CASE WHEN n <= 2500 THEN 'AAAAAAAAAAA=' END) ORDER BY n) FROM generate_series(2001, 3000) n))) AS c \gset
SELECT octet_length(:'c') BETWEEN 30000 AND 33000 AS about_32k, jsonb_array_length(c #> '{content,changed}') + coalesce((c #>> '{content,more_changed}')::int, 0) AS changed, jsonb_array_length(c #> '{content,appeared}') + (c #>> '{content,more_appeared}')::int AS appeared,
	c #> '{content,gone}' AS gone, c #>> '{content,unchanged}' AS unchanged, c #>> '{metadata,omitted}' ~ '^\["appeared\[0\.\.499\]"' AS omitted, c #> '{metadata,how_to_go_on}' AS how FROM CAST(:'c' AS jsonb) c;
