-- What is asked in a round of the races: by two bulks of 40 operations each, which want
-- the same in opposite orders, and by calls beside them.
--
-- There are fifteen kinds of rounds, in turns.  In "clean" ones nobody wants what only one
-- can have, so nothing may fail; in the others names are taken, and resources gone.  Bulks
-- of some shapes have so much in common that the first lock which they take may keep them
-- apart; of others one kind of thing alone: "names" the names, "rows" what is no group,
-- "groups" groups, "parted" the groups that hold what is deleted.  Each write leaves a mark
-- of its own, by which it is known afterwards.

CREATE UNLOGGED TABLE race.before (type text, id text, name text, other text, mark text, version text);
CREATE UNLOGGED TABLE race.round (number int, clean boolean, since xid8);
CREATE UNLOGGED TABLE race.asked (caller int, n int, sql text, request jsonb, atomic boolean, method text, type text, id text);
CREATE UNLOGGED TABLE race.told (caller int, n int, state text, answer jsonb, xid xid8, message text, began float8, ended float8);

-- ---- operations ----

CREATE FUNCTION race.endpoint(type text) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/' || type || 's';
CREATE FUNCTION race.mark_of(type text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	CASE type WHEN 'User' THEN 'nickName' WHEN 'Group' THEN 'externalId' ELSE 'note' END;

-- What a resource is: "MARK" is to be replaced.
CREATE FUNCTION race.data(type text, name text, other text DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	CASE type
		WHEN 'User' THEN jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:User"]'::jsonb, 'userName', name, 'nickName', 'MARK')
		WHEN 'Group' THEN jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Group"]'::jsonb, 'displayName', name, 'externalId', 'MARK')
		ELSE jsonb_build_object('schemas', '["urn:example:Device"]'::jsonb, 'serial', name, 'tag', other, 'note', 'MARK') END;

CREATE FUNCTION race.managed(manager text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object(
	'schemas', '["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]'::jsonb,
	'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('manager', jsonb_build_object('value', manager)));

CREATE FUNCTION race.values(VARIADIC ids text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT jsonb_agg(jsonb_build_object('value', id)) FROM unnest(ids) AS id);

CREATE FUNCTION race.step(op text, path text, value jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_strip_nulls(jsonb_build_object('op', op, 'path', path, 'value', value));

CREATE FUNCTION race.steps(type text, VARIADIC steps jsonb[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	to_jsonb(steps) || race.step('replace', race.mark_of(type), '"MARK"');

CREATE FUNCTION race.post(type text, data jsonb, bulk_id text DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_strip_nulls(jsonb_build_object('method', 'POST', 'path', race.endpoint(type), 'bulkId', bulk_id)) || jsonb_build_object('data', data);
CREATE FUNCTION race.put(type text, id text, data jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('method', 'PUT', 'path', race.endpoint(type) || '/' || id, 'data', data);
CREATE FUNCTION race.patch(type text, id text, VARIADIC steps jsonb[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('method', 'PATCH', 'path', race.endpoint(type) || '/' || id, 'data',
		jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', race.steps(type, VARIADIC steps)));
CREATE FUNCTION race.rename(id text, name text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	race.patch('User', id, race.step('replace', 'userName', to_jsonb(name)));
CREATE FUNCTION race.touch(type text, id text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN race.patch(type, id);
CREATE FUNCTION race.delete(type text, id text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('method', 'DELETE', 'path', race.endpoint(type) || '/' || id);

-- Of two users, by way of a third name; the second one changes his by PUT.
CREATE FUNCTION race.swap(a race.before, b race.before) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(
	race.rename(a.id, 'TEMPORARY'), race.put('User', b.id, race.data('User', a.name)), race.rename(a.id, b.name));

CREATE FUNCTION race.swap_devices(a race.before, b race.before) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(
	race.patch('Device', a.id, race.step('replace', 'serial', '"TEMPORARY"'), race.step('replace', 'tag', '"TEMPORARY"')),
	race.put('Device', b.id, race.data('Device', a.name, a.other)),
	race.patch('Device', a.id, race.step('replace', 'serial', to_jsonb(b.name)), race.step('replace', 'tag', to_jsonb(b.other))));

-- ---- a bulk ----

CREATE FUNCTION race.pick(wanted text) RETURNS race.before[] LANGUAGE sql AS
	$$ SELECT array_agg(b ORDER BY random()) FROM race.before AS b WHERE type = wanted $$;

-- Deletes, where that is not against the rules.
CREATE FUNCTION race.ends(clean boolean, u race.before[], g race.before[], d race.before[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	CASE WHEN clean THEN jsonb_build_array(race.touch('User', u[11].id), race.touch('User', u[12].id), race.touch('Group', g[6].id), race.touch('Device', d[6].id))
		ELSE jsonb_build_array(race.delete('User', u[11].id), race.delete('User', u[12].id), race.delete('Group', g[6].id), race.delete('Device', d[6].id)) END;

-- A group in another one, where the tables can hold that.
CREATE FUNCTION race.nest(a race.before, b race.before) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	CASE WHEN race.may_nest() THEN race.patch('Group', a.id, race.step('add', 'members', race.values(b.id))) ELSE race.touch('Group', a.id) END;

-- What each of the two wants: an array of arrays, each to be done in its order.  u, g, d:
-- users, groups and devices; w: 1 or 2.
CREATE FUNCTION race.full_wishes(clean boolean, w int, u race.before[], g race.before[], d race.before[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	-- names that both want, or one alone
	free text := CASE WHEN clean THEN 'own ' || w || ' ' ELSE 'free ' END;
	wishes jsonb := '[]';
	one int := CASE WHEN clean THEN 0 ELSE w - 1 END; -- whether it wants the same the other way round
BEGIN
	FOR i IN 1 .. 5 LOOP
		wishes := wishes || jsonb_build_array(race.post('User', race.data('User', free || i), 'new-' || i));
	END LOOP;
	FOR i IN 1 .. 7 BY 2 LOOP
		wishes := wishes || jsonb_build_array(race.swap(u[i + one], u[i + 1 - one]));
	END LOOP;
	wishes := wishes || jsonb_build_array(
		race.swap_devices(d[1 + one], d[2 - one]),
		race.post('User', race.data('User', free || 6) || race.managed('bulkId:pair-b'), 'pair-a'),
		race.post('User', race.data('User', free || 7) || race.managed('bulkId:pair-a'), 'pair-b'),
		race.rename(u[9].id, 'free 8'), race.rename(u[10].id, CASE WHEN clean THEN 'free 9' ELSE 'free 1' END),
		race.patch('Group', g[1].id, race.step('add', 'members', race.values(u[13].id, u[14].id, 'bulkId:new-1'))),
		race.patch('Group', g[2].id, race.step('add', 'members', race.values(u[14].id, u[13].id))),
		race.patch('Group', g[1].id, race.step('remove', format('members[value eq "%s"]', u[15].id))),
		race.patch('Group', g[3].id, race.step('replace', 'members', race.values('bulkId:new-2', u[16].id, u[17].id))),
		race.post('Group', race.data('Group', 'made') || jsonb_build_object('members', race.values('bulkId:new-3', u[17].id)), 'made-1'),
		race.post('Group', race.data('Group', 'made') || jsonb_build_object('members', race.values(u[18].id, u[16].id)), 'made-2'),
		race.nest(g[4 + one], g[5 - one]),
		race.touch('User', u[17].id), race.touch('User', u[18].id), race.put('User', u[19].id, race.data('User', u[19].name)),
		race.post('Device', race.data('Device', free || 1, free || 2 - one), 'dev-1'),
		race.post('Device', race.data('Device', free || 2, free || 1 + one), 'dev-2'));
	RETURN wishes || race.ends(clean, u, g, d);
END $$;

-- The same names, by resources that the other one does not touch.
CREATE FUNCTION race.names_wishes(w int, u race.before[], d race.before[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	wishes jsonb := '[]';
BEGIN
	FOR i IN 1 .. 12 LOOP
		wishes := wishes || race.post('User', race.data('User', 'free ' || i), 'new-' || i);
	END LOOP;
	FOR i IN 1 .. 10 LOOP
		wishes := wishes || race.rename(u[i * 2 - w + 1].id, 'free ' || 12 + i);
	END LOOP;
	FOR i IN 1 .. 9 LOOP
		wishes := wishes || race.touch('User', u[i * 2 - w + 1].id);
	END LOOP;
	FOR i IN 1 .. 3 LOOP
		wishes := wishes || race.put('Device', d[i * 2 - w + 1].id, race.data('Device', 'free ' || i, 'free ' || 4 - i));
	END LOOP;
	FOR i IN 4 .. 9 LOOP
		wishes := wishes || race.post('Device', race.data('Device', 'free ' || i, 'free ' || 13 - i), 'dev-' || i);
	END LOOP;
	RETURN wishes;
END $$;

-- Resources of one's own, and to delete what is held by groups of the other: no names.
CREATE FUNCTION race.parted_wishes(w int, u race.before[], g race.before[], d race.before[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	wishes jsonb := '[]';
	pairs jsonb[] := ARRAY[race.values(u[13].id, u[14].id), race.values(u[16].id, u[15].id), race.values(u[14].id, u[13].id)];
BEGIN
	FOR i IN 1 .. 10 LOOP
		CONTINUE WHEN i = 6; -- u[11], u[12]
		wishes := wishes || race.touch('User', u[i * 2 - 2 + w].id) || race.touch('User', u[i * 2 - 2 + w].id);
	END LOOP;
	FOR i IN 1 .. 3 LOOP
		wishes := wishes || race.touch('Device', d[i * 2 - 2 + w].id);
		CONTINUE WHEN i = 3; -- g[5], g[6]
		FOR j IN 1 .. 3 LOOP
			wishes := wishes || race.patch('Group', g[i * 2 - 2 + w].id, race.step('add', 'members', pairs[j]))
				|| race.patch('Group', g[i * 2 - 2 + w].id, race.step('remove', format('members[value eq "%s"]', u[12 + j].id)));
		END LOOP;
		wishes := wishes || race.touch('Group', g[i * 2 - 2 + w].id) || race.touch('Group', g[i * 2 - 2 + w].id);
	END LOOP;
	RETURN wishes || race.touch('Group', g[w].id) || race.delete('User', u[10 + w].id) || race.touch('Group', g[4 + w].id);
END $$;

-- Users and devices alone; groups and their members alone.
CREATE FUNCTION race.rows_wishes(u race.before[], d race.before[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT jsonb_agg(race.touch('User', u[1 + i % 20].id)) FROM generate_series(1, 30) AS i) || (SELECT jsonb_agg(race.touch('Device', d[1 + i % 6].id)) FROM generate_series(1, 10) AS i);
CREATE FUNCTION race.groups_wishes(w int, u race.before[], g race.before[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT jsonb_agg(race.patch('Group', g[1 + i % 6].id, race.step('add', 'members', race.values(u[1 + (i + w) % 20].id, u[1 + i * w % 20].id)))) FROM generate_series(1, 30) AS i)
	|| (SELECT jsonb_agg(race.touch('Group', g[1 + i % 6].id)) FROM generate_series(1, 10) AS i);

-- Who is held by whom, so that this is so.
CREATE FUNCTION race.hold(u race.before[], g race.before[]) RETURNS void LANGUAGE sql AS $$
	SELECT scim_add_members(g[i].id, ARRAY[u[12 - i % 2].id] || CASE WHEN race.may_nest() THEN ARRAY[g[6 - i % 2].id] END) FROM generate_series(2, 4, 2) AS i;
	SELECT scim_add_members(g[i].id, ARRAY[u[12 - (i + 1) % 2].id] || CASE WHEN race.may_nest() THEN ARRAY[g[6 - (i + 1) % 2].id] END) FROM generate_series(1, 3, 2) AS i $$;

-- What both want, but for names.
CREATE FUNCTION race.lean_wishes(clean boolean, w int, u race.before[], g race.before[], d race.before[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	wishes jsonb := '[]';
	one int := CASE WHEN clean THEN 0 ELSE w - 1 END;
BEGIN
	FOR i IN 1 .. 14 LOOP
		wishes := wishes || race.touch('User', u[i].id);
	END LOOP;
	FOR i IN 1 .. 6 LOOP
		wishes := wishes || race.touch('Device', d[i].id);
	END LOOP;
	FOR i IN 1 .. 5 LOOP
		wishes := wishes || jsonb_build_array(
			race.patch('Group', g[i].id, race.step('add', 'members', race.values(u[12 + i].id, u[18 - i].id))),
			race.patch('Group', g[6 - i].id, race.step('remove', format('members[value eq "%s"]', u[15 + i].id))));
	END LOOP;
	FOR i IN 1 .. 4 LOOP
		wishes := wishes || race.touch('Group', g[i].id);
	END LOOP;
	RETURN wishes || race.nest(g[4 + one], g[5 - one])
		|| race.patch('Group', g[3].id, race.step('replace', 'members', race.values(u[20].id, u[19].id, u[11 + one].id))) || race.ends(clean, u, g, d);
END $$;

CREATE FUNCTION race.wishes(shape text, clean boolean, w int, u race.before[], g race.before[], d race.before[]) RETURNS jsonb LANGUAGE sql RETURN
	CASE shape WHEN 'full' THEN race.full_wishes(clean, w, u, g, d) WHEN 'lean' THEN race.lean_wishes(clean, w, u, g, d)
		WHEN 'names' THEN race.names_wishes(w, u, d) WHEN 'rows' THEN race.rows_wishes(u, d) WHEN 'groups' THEN race.groups_wishes(w, u, g)
		ELSE race.parted_wishes(w, u, g, d) END;

-- The same as operations, each with a bulkId and a mark.
CREATE FUNCTION race.operations(wishes jsonb, places float8[], w int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(replace(replace((jsonb_build_object('bulkId', 'op-' || n) || operation)::text, 'MARK', mark), 'TEMPORARY', 'temporary ' || mark)::jsonb ORDER BY n)
	FROM (SELECT operation, n, format('r%s c%s o%s', (SELECT number FROM race.round), w, n) AS mark
		FROM (SELECT operation, row_number() OVER (ORDER BY places[i] * CASE w WHEN 1 THEN 1 ELSE -1 END, j) AS n
			FROM jsonb_array_elements(wishes) WITH ORDINALITY AS all_wishes (wish, i),
				jsonb_array_elements(CASE jsonb_typeof(wish) WHEN 'array' THEN wish ELSE jsonb_build_array(wish) END) WITH ORDINALITY AS o (operation, j)) AS ordered) AS marked
$$;

-- How a bulk is asked for, by SQL, HTTP or a tool: one that takes what it is given as it is,
-- or the same operations one by one.
CREATE FUNCTION race.call_bulk(way text, request jsonb, atomic boolean) RETURNS text LANGUAGE sql STABLE RETURN
	'SELECT r, pg_current_xact_id_if_assigned() FROM ' || CASE way
		WHEN 'sql' THEN format('scim_bulk(%L, %L) AS r', request, atomic)
		WHEN 'http' THEN format('(SELECT jsonb_build_object(''http'', status, ''answer'', answer::jsonb) AS r FROM scim_http(''POST'', ''/Bulk'', NULL, %L, %L::bytea)) AS h',
			'{"Content-Type": "application/scim+json"}'::jsonb || CASE WHEN atomic THEN '{"Prefer": "atomic"}' ELSE '{}' END::jsonb, convert_to(request::text, 'UTF8'))
		WHEN 'tool' THEN format('CAST(scim_call_tool(''scim_bulk'', %L::jsonb) AS jsonb) AS r', jsonb_build_object('request', request, 'atomic', atomic))
		ELSE format('race.by_hand(%L) AS r', request) END;

-- A bulk as others do it: one operation after the other, each a call of its own.
CREATE FUNCTION race.by_hand(request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	ids jsonb := '{}';
	entries jsonb := '[]';
	operation jsonb;
	given text;
	made record;
BEGIN
	FOR operation IN SELECT jsonb_array_elements(request -> 'Operations') LOOP
		given := operation ->> 'data';
		SELECT coalesce(given, '') INTO given;
		FOR made IN SELECT * FROM jsonb_each_text(ids) LOOP
			given := replace(given, format('"bulkId:%s"', made.key), to_json(made.value)::text);
		END LOOP;
		SELECT * INTO made FROM scim_http(operation ->> 'method', operation ->> 'path', NULL, '{"Content-Type": "application/scim+json"}', convert_to(given, 'UTF8'));
		IF operation ->> 'method' = 'POST' AND made.status = 201 THEN
			ids := ids || jsonb_build_object(operation ->> 'bulkId', made.answer::jsonb -> 'id');
		END IF;
		entries := entries || jsonb_strip_nulls(jsonb_build_object('method', operation -> 'method', 'bulkId', operation -> 'bulkId',
			'status', made.status::text, 'version', made.etag, 'location', CASE WHEN operation ->> 'method' = 'POST' THEN made.location ELSE operation ->> 'path' END,
			'response', CASE WHEN made.status >= 400 THEN made.answer::jsonb END));
	END LOOP;
	RETURN jsonb_build_object('Operations', entries);
END $$;

-- ---- single calls ----

-- Some call; what it writes is told by its answer where "id" is NULL.
CREATE FUNCTION race.single(clean boolean, names boolean, mark text, u race.before[], g race.before[], d race.before[]) RETURNS race.asked LANGUAGE plpgsql AS $$
DECLARE
	made race.asked;
	free text := 'free ' || 1 + floor(random() * 10);
	other text := 'free ' || 1 + floor(random() * 10);
	one race.before := u[1 + floor(random() * 20)];
	held race.before := u[1 + floor(random() * 10)];	-- that nobody deletes but by name
	bystander race.before := u[18 + floor(random() * 3)];	-- whose name nobody changes
	team race.before := g[1 + floor(random() * 5)];
	thing race.before := d[1 + floor(random() * 6)];
	pair text[] := ARRAY[u[13 + floor(random() * 4)].id, u[13 + floor(random() * 8)].id];
	kind int := CASE WHEN clean THEN 1 + floor(random() * 6) WHEN names THEN 16 + floor(random() * 10) ELSE 1 + floor(random() * 25) END;
	call text;
BEGIN
	made.method := 'PATCH';
	IF kind IN (1, 2) THEN
		made.type := 'User'; made.id := one.id;
	ELSIF kind BETWEEN 3 AND 6 THEN
		made.type := 'Group'; made.id := team.id;
	END IF;
	CASE kind
		WHEN 1 THEN call := format('scim_patch_user(%L, %L)', one.id, race.steps('User'));
		WHEN 2 THEN call := format('(SELECT jsonb_build_object(''http'', status, ''answer'', answer::jsonb) AS r FROM scim_http(''PATCH'', %L, NULL, ''{"Content-Type": "application/scim+json"}'', %L::bytea)) AS h',
			'/Users/' || one.id, convert_to(race.touch('User', one.id) ->> 'data', 'UTF8'));
		WHEN 3 THEN call := format('scim_add_members(%L, %L)', team.id, pair);
		WHEN 4 THEN call := format('scim_remove_members(%L, %L)', team.id, pair);
		WHEN 5 THEN call := format('scim_patch_group(%L, %L)', team.id, race.steps('Group', race.step('add', 'members', race.values(VARIADIC pair))));
		WHEN 6 THEN call := format('scim_update_group(%L, %L)', team.id, race.data('Group', team.name) || jsonb_build_object('members', race.values(VARIADIC pair)));
			made.method := 'PUT';
		WHEN 7 THEN call := format('scim_update_user(%L, %L)', held.id, race.data('User', held.name)); made.type := 'User'; made.id := held.id; made.method := 'PUT';
		WHEN 8 THEN call := format('CAST(scim_call_tool(''scim_update_user'', %L::jsonb) AS jsonb)',
			jsonb_build_object('user_id', bystander.id, 'user_data', race.data('User', bystander.name))); made.type := 'User'; made.id := bystander.id; made.method := 'PUT';
		WHEN 9, 10 THEN one := u[9 + floor(random() * 4)];
			call := format('scim_delete_user(%L)', one.id); made.type := 'User'; made.id := one.id; made.method := 'DELETE';
		WHEN 11 THEN team := g[5 + floor(random() * 2)];
			call := format('scim_delete_group(%L)', team.id); made.type := 'Group'; made.id := team.id; made.method := 'DELETE';
		WHEN 12 THEN call := format('scim_create_group(%L)', race.data('Group', 'made') || jsonb_build_object('members', race.values(VARIADIC pair))); made.type := 'Group'; made.method := 'POST';
		WHEN 13, 14 THEN call := format('scim_%s_members(%L, %L)', CASE kind WHEN 13 THEN 'add' ELSE 'remove' END, team.id,
			ARRAY[CASE WHEN race.may_nest() THEN g[1 + floor(random() * 6)].id ELSE pair[1] END]); made.type := 'Group'; made.id := team.id;
		WHEN 15 THEN call := format('scim_restore(''User'', %L, %L)', one.id, race.some_version('User', one.id)); made.type := 'User'; made.id := one.id; made.method := 'RESTORE';
		WHEN 16, 17 THEN call := format('scim_create_user(%L)', race.data('User', free)); made.type := 'User'; made.method := 'POST';
		WHEN 18 THEN call := format('scim_patch_user(%L, %L)', held.id, race.steps('User', race.step('replace', 'userName', to_jsonb(free))));
			made.type := 'User'; made.id := held.id;
		WHEN 19 THEN call := format('scim_update_user(%L, %L)', held.id, race.data('User', free)); made.type := 'User'; made.id := held.id; made.method := 'PUT';
		WHEN 20 THEN call := format('race.delete_named(%L)', free); made.type := 'User'; made.method := 'DELETE';
		WHEN 21, 22 THEN call := format('race.rename_named(%L, %L, %L)', free, race.data('User', other), kind = 22); made.type := 'User'; made.method := 'PUT';
		WHEN 23 THEN call := format('scim_create_resource(''Device'', %L)', race.data('Device', free, other)); made.type := 'Device'; made.method := 'POST';
		WHEN 24 THEN call := format('scim_patch_resource(''Device'', %L, %L)', thing.id, race.steps('Device', race.step('replace', 'tag', to_jsonb(free))));
			made.type := 'Device'; made.id := thing.id;
		ELSE call := format('scim_update_resource(''Device'', %L, %L)', thing.id, race.data('Device', other, free)); made.type := 'Device'; made.id := thing.id; made.method := 'PUT';
	END CASE;
	made.sql := replace(format('SELECT to_jsonb(r), pg_current_xact_id_if_assigned() FROM %s', call || CASE kind WHEN 2 THEN '' ELSE ' AS r' END), 'MARK', mark);
	RETURN made;
END $$;

-- Who has the name by now; the id, or NULL where there is none.
CREATE FUNCTION race.delete_named(wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	SELECT id INTO found FROM race.now WHERE type = 'User' AND name = wanted;
	PERFORM scim_delete_user(found) WHERE found IS NOT NULL;
	RETURN found;
END $$;

-- The same, who gets another name, as a whole or by a patch.
CREATE FUNCTION race.rename_named(wanted text, data jsonb, whole boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	SELECT id INTO found FROM race.now WHERE type = 'User' AND name = wanted;
	IF found IS NULL THEN RETURN NULL; END IF;
	RETURN CASE WHEN whole THEN scim_update_user(found, data)
		ELSE scim_patch_user(found, jsonb_build_array(race.step('replace', 'userName', data -> 'userName'), race.step('replace', 'nickName', data -> 'nickName'))) END;
END $$;

CREATE FUNCTION race.some_version(type text, id text) RETURNS text LANGUAGE sql AS $$
	SELECT version FROM (SELECT version FROM scim_history_rows WHERE tenant_id = 'default' AND resource_type = type AND resource_id = id AND operation <> 'refused'
		AND version IS NOT NULL ORDER BY seq DESC LIMIT 8) AS last ORDER BY random() LIMIT 1 $$;

-- ---- a round ----

-- Twenty users, six groups and six devices, by name; nobody else.
CREATE FUNCTION race.top_up() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_delete_resource(type, id) FROM race.now WHERE name NOT LIKE 'held %' OR other NOT LIKE 'held %';
	PERFORM scim_create_resource(type, replace(race.data(type, 'held ' || i, 'held ' || i)::text, 'MARK', 'made')::jsonb)
		FROM (VALUES ('User', 20), ('Group', 6), ('Device', 6)) AS t (type, count), generate_series(1, count) AS i
		WHERE NOT EXISTS (SELECT FROM race.now WHERE now.type = t.type AND now.name = 'held ' || i)
			AND (t.type <> 'Device' OR NOT EXISTS (SELECT FROM race.now WHERE now.type = t.type AND now.other = 'held ' || i));
	PERFORM scim_create_resource('Device', replace(race.data('Device', serial, tag)::text, 'MARK', 'made')::jsonb)
		FROM (SELECT 'held ' || i AS serial, row_number() OVER (ORDER BY i) AS n FROM generate_series(1, 6) AS i
				WHERE NOT EXISTS (SELECT FROM race.now WHERE type = 'Device' AND name = 'held ' || i)) AS s
			JOIN (SELECT 'held ' || i AS tag, row_number() OVER (ORDER BY i) AS n FROM generate_series(1, 6) AS i
				WHERE NOT EXISTS (SELECT FROM race.now WHERE type = 'Device' AND other = 'held ' || i)) AS t USING (n);
	PERFORM scim_update_group(id, jsonb_build_object('displayName', name, 'externalId', mark, 'members', (SELECT jsonb_agg(jsonb_build_object('value', u.id))
		FROM (SELECT u.id FROM race.now AS u WHERE u.type = 'User' ORDER BY random(), g.id LIMIT 5) AS u))) FROM race.now AS g WHERE type = 'Group';
END $$;

CREATE FUNCTION race.prepare(round int, seed int, way text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	u race.before[];
	g race.before[];
	d race.before[];
	places float8[];
	request jsonb;
	kind int := round % 15;
	shapes text[] := (ARRAY['{full,full}', '{full,full}', '{full,full}', '{full,full}', '{names,names}', '{full,full}',
		'{lean,lean}', '{lean,lean}', '{full,lean}', '{lean,full}', '{parted,parted}', '{parted,lean}', '{rows,rows}', '{groups,groups}', '{rows,parted}'])[kind + 1];
	is_clean boolean := kind IN (2, 5, 7, 9, 12, 13);
	made race.asked;
BEGIN
	PERFORM setseed(((round * 7919 + seed * 104729) % 1000000) / 1000000.0);
	PERFORM race.top_up();
	DELETE FROM race.before;
	DELETE FROM race.round;
	DELETE FROM race.asked;
	DELETE FROM race.told;
	INSERT INTO race.before SELECT * FROM race.now;
	u := race.pick('User'); g := race.pick('Group'); d := race.pick('Device');
	PERFORM race.hold(u, g);
	UPDATE race.before SET version = now.version FROM race.now WHERE (now.type, now.id) = (before.type, before.id) AND before.type = 'Group';
	INSERT INTO race.round VALUES (round, is_clean, pg_current_xact_id());
	SELECT array_agg(random()) INTO places FROM generate_series(1, 40);
	FOR w IN 1 .. 2 LOOP
		request := jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb,
			'Operations', race.operations(
				race.wishes(shapes[w], is_clean, w, u, g, d), places, w));
		IF kind = 3 AND w = 2 THEN request := request || '{"failOnErrors": 4}'; END IF;
		made.atomic := kind IN (2, 7) OR (kind IN (1, 3) AND w = 1);
		made.sql := race.call_bulk(CASE way WHEN 'bulk' THEN (ARRAY['sql', 'http', 'tool'])[1 + (round / 15 + w) % 3] ELSE way END, request, made.atomic);
		INSERT INTO race.asked VALUES (w, 1, made.sql, request, made.atomic, 'BULK');
	END LOOP;
	FOR caller IN 3 .. 6 LOOP
		FOR n IN 1 .. 12 LOOP
			made := race.single(is_clean, kind = 4, format('r%s c%s o%s', round, caller, n), u, g, d);
			INSERT INTO race.asked SELECT caller, n, made.sql, NULL, false, made.method, made.type, made.id;
		END LOOP;
	END LOOP;
END $$;
