-- All that resources ever were: from what each is now, change by change back to its
-- creation.  A reckoning of its own, of the history's rows alone.

-- What was there before a change of it.
CREATE FUNCTION undone(state jsonb, change scim_history_rows) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	name text;
	path text[];
	value jsonb;
BEGIN
	FOREACH name IN ARRAY change.changed LOOP
		-- of an extension the URN, and what is in it
		path := CASE WHEN name LIKE 'urn:%' THEN ARRAY[regexp_replace(name, ':[^:]*$', ''), regexp_replace(name, '^.*:', '')] ELSE ARRAY[name] END;
		value := nullif(change.before #> path, 'null');
		IF name = 'members' THEN
			state := state || jsonb_build_object('members', (
				SELECT coalesce(jsonb_agg(m), '[]') FROM (
					SELECT m FROM jsonb_array_elements(coalesce(state -> 'members', '[]')) m
						WHERE NOT coalesce(change.members #> ARRAY['added', m ->> 'type'] ? (m ->> 'value'), false)
					UNION ALL SELECT jsonb_build_object('type', t.key, 'value', v)
						FROM jsonb_each(coalesce(change.members -> 'removed', '{}')) t, jsonb_array_elements(t.value) v) members));
		ELSE
			state := CASE WHEN value IS NULL THEN state #- path ELSE jsonb_set(state, path, value) END;
		END IF;
	END LOOP;
	RETURN state;
END $$;

-- A resource without what is derived.
CREATE FUNCTION plain(resource jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT resource - 'meta' - 'groups' || CASE WHEN resource ? 'members' THEN jsonb_build_object('members',
		(SELECT jsonb_agg(jsonb_build_object('type', m -> 'type', 'value', m -> 'value')) FROM jsonb_array_elements(resource -> 'members') m))
		ELSE '{}' END $$;

-- Each state, the first one first, with the change that led to it, and whether its
-- version is that which the history says.
CREATE FUNCTION fold() RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
	state jsonb;
	of_type text;
	of_id text;
	change scim_history_rows;
BEGIN
	CREATE TEMP TABLE states (seq bigint, told jsonb) ON COMMIT DROP;
	FOR of_type, of_id IN SELECT 'User', id::text FROM users UNION ALL SELECT 'Group', id::text FROM groups LOOP
		state := plain(scim_get_resource(of_type, of_id));
		FOR change IN SELECT * FROM scim_history_rows h
			WHERE h.resource_type = of_type AND h.resource_id = of_id AND h.operation <> 'refused' ORDER BY h.seq DESC
		LOOP
			INSERT INTO states VALUES (change.seq, jsonb_build_object('id', of_id, 'operation', change.operation, 'agent', change.agent,
				'tool', change.tool, 'expected', change.expected_version, 'version', change.version, 'previous', change.previous_version,
				'changed', change.changed, 'state', state, 'right', change.version = scim_version(state)));
			state := undone(state, change);
		END LOOP;
		IF scim_content(state) - 'id' <> '{}' THEN
			INSERT INTO states VALUES (0, jsonb_build_object('id', of_id, 'operation', 'left', 'right', false, 'state', state));
		END IF;
	END LOOP;
	RETURN QUERY SELECT told FROM states ORDER BY seq;
END $$;
