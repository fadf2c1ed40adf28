-- Versions, counts and digests once more, by pgcrypto and plain SQL, from the
-- rules alone: nothing here calls what is being tested.

-- The canonical form of what the tests store: objects, arrays and strings
-- with ASCII keys, booleans and small integers.
CREATE FUNCTION expected_form(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN CASE jsonb_typeof(value)
		WHEN 'object' THEN '{' || coalesce((SELECT string_agg(to_json(key)::text || ':' || expected_form(member), ',' ORDER BY key COLLATE "C")
			FROM jsonb_each(value) AS each (key, member)), '') || '}'
		WHEN 'array' THEN '[' || coalesce((SELECT string_agg(expected_form(element), ',' ORDER BY place)
			FROM jsonb_array_elements(value) WITH ORDINALITY AS elements (element, place)), '') || ']'
		ELSE value::text END;
END $$;

CREATE FUNCTION expected_hash(form text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
	$$ SELECT digest(convert_to(form, 'UTF8'), 'sha256') $$;

-- The sum modulo 2^256 of the members' hashes.
CREATE FUNCTION expected_digest(members jsonb) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	total numeric := 0;
	hash bytea;
	result bytea := '';
BEGIN
	FOR hash IN SELECT expected_hash(expected_form(jsonb_build_object('type', m -> 'type', 'value', m -> 'value')))
		FROM jsonb_array_elements(members) AS m
	LOOP
		total := total + (SELECT sum(get_byte(hash, i)::numeric * 256::numeric ^ (31 - i)) FROM generate_series(0, 31) AS i);
	END LOOP;
	FOR i IN 0 .. 31 LOOP
		result := set_byte('\x00', 0, trunc(mod(total, 256))::int) || result;
		total := div(total, 256);
	END LOOP;
	RETURN result;
END $$;

-- The version of a resource as a client reads it.
CREATE FUNCTION expected_version(resource jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	content jsonb := resource - 'meta' - 'groups';
BEGIN
	IF content ? 'members' THEN
		content := content || jsonb_build_object('members', jsonb_build_object('count', jsonb_array_length(content -> 'members'),
			'digest', encode(expected_digest(content -> 'members'), 'base64')));
	END IF;
	RETURN encode(substr(expected_hash(expected_form(content)), 1, 8), 'base64');
END $$;

-- A group's members as the membership table has them.
CREATE FUNCTION stored_members(of_tenant text, of_group uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('type', member_type, 'value', member_id)), '[]')
	FROM groups_members WHERE tenant_id = of_tenant AND group_id = of_group $$;

-- Whatever is stored otherwise than it should be.
CREATE FUNCTION recount() RETURNS TABLE (problem text) LANGUAGE sql STABLE AS $$
	SELECT format('user %s: version %s, expected %s', id, version, wanted)
	FROM (SELECT *, expected_version(data || jsonb_build_object('id', id)) AS wanted FROM users) AS u
	WHERE version IS DISTINCT FROM wanted AND password_hash IS NULL
	UNION ALL
	SELECT format('group %s: version %s, expected %s', id, version, wanted)
	FROM (SELECT *, expected_version(data || jsonb_build_object('id', id) ||
			CASE members WHEN '[]' THEN '{}' ELSE jsonb_build_object('members', members) END) AS wanted
		FROM groups, LATERAL (SELECT stored_members(tenant_id, id) AS members) AS m) AS g
	WHERE version IS DISTINCT FROM wanted
	UNION ALL
	SELECT format('group %s: count %s, expected %s; digest %s, expected %s', id, member_count, jsonb_array_length(members), member_digest, wanted)
	FROM (SELECT *, expected_digest(members) AS wanted
		FROM groups, LATERAL (SELECT stored_members(tenant_id, id) AS members) AS m) AS g
	WHERE member_count <> jsonb_array_length(members) OR member_digest <> wanted
	UNION ALL
	SELECT format('group %s holds itself', id) FROM groups, LATERAL (WITH RECURSIVE up(id) AS (
			SELECT m.group_id FROM groups_members AS m WHERE m.tenant_id = groups.tenant_id AND m.subgroup_id = groups.id
			UNION SELECT m.group_id FROM up JOIN groups_members AS m ON m.tenant_id = groups.tenant_id AND m.subgroup_id = up.id)
		SELECT FROM up WHERE up.id = groups.id) AS cycle
	UNION ALL
	SELECT format('user %s is read with version %s, stored is %s', id, scim_get_user(id::text, tenant_id => tenant_id) #>> '{meta,version}', version)
	FROM users WHERE scim_get_user(id::text, tenant_id => tenant_id) #>> '{meta,version}' <> version
	UNION ALL
	SELECT format('group %s: scim_version %s, stored is %s', id, scim_version(scim_get_group(id::text, tenant_id => tenant_id)), version)
	FROM groups WHERE scim_version(scim_get_group(id::text, tenant_id => tenant_id)) <> version
	UNION ALL
	SELECT format('user %s: scim_version %s, stored is %s', id, scim_version(scim_get_user(id::text, tenant_id => tenant_id)), version)
	FROM users WHERE password_hash IS NULL AND scim_version(scim_get_user(id::text, tenant_id => tenant_id)) <> version $$;
