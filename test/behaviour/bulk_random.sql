-- A bulk request without errors leaves what the same calls, one by one, leave: contents, their
-- versions (ids aside), memberships, revisions, history.  What is done is random, but the same
-- each time; bulks are of one tenant, calls of another.
SET scimver.password_cost = 4;
-- what is compared is planned for far more than there is
SET jit = off;
CREATE FUNCTION pick(n int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * n)::int';
-- resources by names of their own: those in the tenant of bulks, and of calls
CREATE TABLE ids (label text PRIMARY KEY, bulk text, call text, fresh boolean DEFAULT true);
-- what there is, as it is planned
CREATE TABLE people (label text PRIMARY KEY, name text UNIQUE);
CREATE TABLE teams (label text PRIMARY KEY, n int);
CREATE TABLE holds (team text, member text, PRIMARY KEY (team, member));
CREATE SEQUENCE labels;

-- ---- what is to be done ----

-- resources are named {label}; "names" are those that it takes or gives up
CREATE FUNCTION op(method text, path text, data jsonb DEFAULT NULL, label text DEFAULT NULL, VARIADIC names text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('method', method, 'path', path, 'names', names) || CASE WHEN data IS NULL THEN '{}' ELSE jsonb_build_object('data', data) END || CASE WHEN label IS NULL THEN '{}' ELSE jsonb_build_object('bulkId', label) END;
CREATE FUNCTION one(labels text[]) RETURNS text LANGUAGE sql VOLATILE RETURN labels[pick(cardinality(labels))];
CREATE FUNCTION word() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT (ARRAY['one', 'two', 'drei', 'vier''', 'bulkId: "5"'])[pick(5)] $$;
CREATE FUNCTION free() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT n FROM (SELECT 'N' || generate_series(1, 25) AS n) f WHERE n NOT IN (SELECT name FROM people) ORDER BY random() LIMIT 1 $$;
CREATE FUNCTION someone() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT label FROM people ORDER BY random() LIMIT 1 $$;
CREATE FUNCTION value() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT CASE pick(6) WHEN 1 THEN jsonb_build_object('title', word()) WHEN 2 THEN jsonb_build_object('name', jsonb_build_object('givenName', word(), 'familyName', word()))
		WHEN 3 THEN jsonb_build_object('emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', word()), jsonb_build_object('type', 'home', 'value', 'h'))) WHEN 4 THEN jsonb_build_object('active', pick(2) = 1)
		WHEN 5 THEN '{}' ELSE coalesce(jsonb_build_object('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('manager', jsonb_build_object('value', '{' || someone() || '}'))), '{}') END $$;
-- whom a team may hold: where it may hold teams, those that are older
CREATE FUNCTION members(team int, part float) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('value', '{' || label || '}')), '[]') FROM (SELECT label FROM people UNION ALL SELECT label FROM teams WHERE n < team AND current_setting('test.nested') = 'created') m WHERE random() < part $$;
CREATE FUNCTION hold(team text, members jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO holds SELECT team, trim(m->>'value', '{}') FROM jsonb_array_elements(members) m ON CONFLICT DO NOTHING $$;
CREATE FUNCTION patch(path text, operation jsonb, VARIADIC names text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	op('PATCH', path, jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', jsonb_build_array(operation)), NULL, VARIADIC names);

-- NULL: it cannot be done now
CREATE FUNCTION plan(kind int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	p people;
	t teams;
	made text;
	other text := free();
	who jsonb;
BEGIN
	SELECT * INTO p FROM people ORDER BY random() LIMIT 1;
	SELECT * INTO t FROM teams ORDER BY random() LIMIT 1;
	IF kind IN (1, 2, 7) AND other IS NULL THEN
		RETURN plan(8);
	ELSIF kind = 3 AND (SELECT count(*) FROM teams) > 10 THEN
		RETURN plan(14);
	ELSIF kind IN (1, 2) THEN
		made := 'u' || nextval('labels');
		who := jsonb_build_object('userName', other) || value() || value() || CASE pick(5) WHEN 1 THEN '{"password": "a secret"}' ELSE '{}' END::jsonb;
		INSERT INTO people VALUES (made, other);
		INSERT INTO ids (label) VALUES (made);
		RETURN op('POST', '/Users', who, made, other);
	ELSIF kind = 3 THEN
		made := 'g' || nextval('labels');
		who := members(substr(made, 2)::int, 0.3);
		INSERT INTO teams VALUES (made, substr(made, 2)::int);
		INSERT INTO ids (label) VALUES (made);
		PERFORM hold(made, who);
		RETURN op('POST', '/Groups', jsonb_build_object('displayName', word(), 'members', who), made);
	ELSIF kind BETWEEN 4 AND 8 AND p IS NULL OR kind > 8 AND t IS NULL THEN
		RETURN NULL;
	END IF;
	CASE kind
		WHEN 4 THEN RETURN op('PUT', '/Users/{' || p.label || '}', jsonb_build_object('userName', p.name) || value() || value(), NULL, p.name);
		WHEN 5 THEN RETURN patch('/Users/{' || p.label || '}', jsonb_build_object('op', 'add', 'value', value() || value()));
		WHEN 6 THEN RETURN patch('/Users/{' || p.label || '}', jsonb_build_object('op', 'replace', 'path', 'title', 'value', word()));
		WHEN 7 THEN
			UPDATE people SET name = other WHERE label = p.label;
			RETURN CASE pick(2) WHEN 1 THEN patch('/Users/{' || p.label || '}', jsonb_build_object('op', 'replace', 'path', 'userName', 'value', other), p.name, other) ELSE op('PUT', '/Users/{' || p.label || '}', jsonb_build_object('userName', other), NULL, p.name, other) END;
		WHEN 8 THEN
			DELETE FROM people WHERE label = p.label;
			DELETE FROM holds WHERE member = p.label;
			RETURN op('DELETE', '/Users/{' || p.label || '}', NULL, NULL, p.name);
		WHEN 9 THEN
			who := members(t.n, 0.3);
			DELETE FROM holds WHERE team = t.label;
			PERFORM hold(t.label, who);
			RETURN op('PUT', '/Groups/{' || t.label || '}', jsonb_build_object('displayName', word(), 'members', who));
		WHEN 10 THEN
			who := members(t.n, 0.2);
			PERFORM hold(t.label, who);
			RETURN CASE who WHEN '[]' THEN NULL ELSE patch('/Groups/{' || t.label || '}', jsonb_build_object('op', 'add', 'path', 'members', 'value', who)) END;
		WHEN 11 THEN
			-- as values: what stands in a filter is no reference
			SELECT jsonb_agg(jsonb_build_object('value', '{' || member || '}')) INTO who FROM holds WHERE team = t.label AND random() < 0.5;
			DELETE FROM holds WHERE team = t.label AND NOT coalesce(who @> jsonb_build_array(jsonb_build_object('value', '{' || member || '}')), false);
			RETURN patch('/Groups/{' || t.label || '}', jsonb_build_object('op', 'replace', 'path', 'members', 'value', coalesce(who, '[]')));
		WHEN 12 THEN RETURN patch('/Groups/{' || t.label || '}', jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', word()));
		WHEN 13 THEN RETURN op('PUT', '/Groups/{' || t.label || '}', jsonb_build_object('displayName', word()));
		WHEN 14 THEN
			DELETE FROM teams WHERE label = t.label;
			DELETE FROM holds WHERE team = t.label OR member = t.label;
			RETURN op('DELETE', '/Groups/{' || t.label || '}');
	END CASE;
END $$;

-- ---- POSTs that come later than what refers to them ----

-- the resources and names of an operation; of the resources those that it needs
CREATE FUNCTION tokens(o jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT o || jsonb_build_object('needs', needs, 'tokens', needs || (o->'names') || CASE WHEN o ? 'bulkId' THEN o->'bulkId' ELSE '[]' END)
	FROM (SELECT coalesce(jsonb_agg(m[1]), '[]') FROM regexp_matches(o::text, '\{([ug]\d+)\}', 'g') m) n(needs) $$;
-- in which order they are done: who refers to what comes later waits for it
CREATE FUNCTION done_as(operations jsonb[]) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
	missing text[] := ARRAY(SELECT o->>'bulkId' FROM unnest(operations) o WHERE o ? 'bulkId');
	waiting int[] := '{}';
	done int[] := '{}';
	n int;
BEGIN
	FOR i IN 1 .. cardinality(operations) LOOP
		n := i;
		LOOP
			IF operations[n]->'needs' ?| missing THEN
				waiting := waiting || n;
			ELSE
				done := done || n;
				waiting := array_remove(waiting, n);
				missing := array_remove(missing, operations[n]->>'bulkId');
			END IF;
			SELECT min(w) INTO n FROM unnest(waiting) w WHERE NOT operations[w]->'needs' ?| missing;
			EXIT WHEN n IS NULL;
		END LOOP;
	END LOOP;
	RETURN done;
END $$;
-- one POST farther behind, if nothing that depends on another thing changes places with it
CREATE FUNCTION later(operations jsonb[]) RETURNS jsonb[] LANGUAGE plpgsql AS $$
DECLARE
	places int[] := ARRAY(SELECT i FROM generate_subscripts(operations, 1) i WHERE operations[i] ? 'bulkId');
	a int := places[pick(cardinality(places))];
	b int := least(cardinality(operations), a + pick(12));
	moved jsonb[] := operations[:a - 1] || operations[a + 1:b] || operations[a] || operations[b + 1:];
	done int[] := done_as(moved);
BEGIN
	-- "at": the place in which it was planned
	IF a IS NULL OR cardinality(done) < cardinality(operations) OR EXISTS (SELECT FROM unnest(done) WITH ORDINALITY x(i, n), unnest(done) WITH ORDINALITY y(i, n) WHERE x.n < y.n AND (moved[x.i]->>'at')::int > (moved[y.i]->>'at')::int
		AND (moved[x.i]->'tokens' ?| ARRAY(SELECT jsonb_array_elements_text(moved[y.i]->'tokens')) OR 'DELETE' IN (moved[x.i]->>'method', moved[y.i]->>'method'))) THEN
		RETURN operations;
	END IF;
	RETURN moved;
END $$;

-- ---- doing it ----

CREATE FUNCTION meant(o jsonb, by_bulk boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	shown text := (o - '{names,needs,tokens,at}'::text[])::text;
	r record;
BEGIN
	FOR r IN SELECT * FROM ids WHERE shown LIKE '%{' || label || '}%' LOOP
		shown := replace(shown, '{' || r.label || '}', CASE WHEN NOT by_bulk THEN r.call WHEN r.fresh THEN 'bulkId:' || r.label ELSE r.bulk END);
	END LOOP;
	RETURN shown;
END $$;
CREATE FUNCTION call(o jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	m jsonb := meant(o, false);
	type text := CASE WHEN m->>'path' LIKE '/Users%' THEN 'User' ELSE 'Group' END;
	id text := split_part(m->>'path', '/', 3);
BEGIN
	CASE m->>'method'
		WHEN 'POST' THEN UPDATE ids SET call = scim_create_resource(type, m->'data', tenant_id => 'calls')->>'id' WHERE label = m->>'bulkId';
		WHEN 'PUT' THEN PERFORM scim_update_resource(type, id, m->'data', tenant_id => 'calls');
		WHEN 'PATCH' THEN PERFORM scim_patch_resource(type, id, m->'data', tenant_id => 'calls');
		WHEN 'DELETE' THEN PERFORM scim_delete_resource(type, id, tenant_id => 'calls');
	END CASE;
END $$;

-- ---- what is there then ----

CREATE FUNCTION labelled(tenant text, shown text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT label, CASE tenant WHEN 'bulks' THEN bulk ELSE call END AS id FROM ids LOOP
		shown := replace(shown, r.id, '{' || r.label || '}');
	END LOOP;
	RETURN shown;
END $$;
-- arrays of members in one order
CREATE FUNCTION sorted(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	resource - 'meta' || (SELECT coalesce(jsonb_object_agg(k, (SELECT jsonb_agg(e - 'display' ORDER BY e->>'value') FROM jsonb_array_elements(resource->k) e)), '{}') FROM unnest('{members,groups}'::text[]) k WHERE resource ? k);
CREATE FUNCTION stored(tenant text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM (
		SELECT u.id::text, u.revision, crypt('a secret', password_hash) = password_hash AS secret, scim_get_user(u.id::text, tenant_id => tenant) AS content FROM users u WHERE u.tenant_id = tenant
		UNION ALL SELECT g.id::text, g.revision, NULL, scim_get_group(g.id::text, tenant_id => tenant) FROM groups g WHERE g.tenant_id = tenant) r $$;
-- since it was asked last
CREATE FUNCTION entries(tenant text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM (
		SELECT row_number() OVER (PARTITION BY resource_type, resource_id ORDER BY seq) AS n, resource_type, resource_id, operation, revision, changed, before, members, version IS NULL AS gone, previous_version IS NULL AS new, tool, error_code
		FROM scim_history h WHERE tenant_id = tenant AND seq > current_setting('test.seq')::bigint) r $$;
CREATE FUNCTION state(tenant text) RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	SELECT concat_ws(' ', r->>'id', 'revision', r->>'revision', r->>'secret', scim_version(sorted(r->'content')), sorted(r->'content')) FROM jsonb_array_elements(labelled(tenant, stored(tenant)::text)::jsonb) r
	UNION ALL SELECT concat_ws(' ', 'entry', r - 'before' - 'members', sorted(nullif(r->'before', 'null')),
		(SELECT string_agg(concat_ws(' ', way, type, m), ', ' ORDER BY way, type, m) FROM jsonb_each(nullif(r->'members', 'null')) w(way, types), jsonb_each(CASE jsonb_typeof(types) WHEN 'object' THEN types ELSE '{}' END) t(type, list), jsonb_array_elements_text(list) m))
		FROM jsonb_array_elements(labelled(tenant, entries(tenant)::text)::jsonb) r $$;

CREATE TABLE tried (n int, operations jsonb[], atomic boolean, waiting int, failed jsonb, differs text[]);
CREATE PROCEDURE try(bulks int) LANGUAGE plpgsql AS $$
DECLARE
	planned jsonb[];
	asked jsonb[];
	next jsonb;
	answer jsonb;
	whole boolean;
BEGIN
	FOR i IN 1 .. bulks LOOP
		planned := '{}';
		WHILE cardinality(planned) < 4 + i % 23 LOOP
			planned := array_cat(planned, array_remove(ARRAY[plan(CASE WHEN i % 5 = 0 THEN pick(3) ELSE pick(14) END)], NULL));
		END LOOP;
		asked := ARRAY(SELECT tokens(o) || jsonb_build_object('at', n) FROM unnest(planned) WITH ORDINALITY p(o, n) ORDER BY n);
		FOR k IN 1 .. 8 LOOP
			asked := later(asked);
		END LOOP;
		whole := pick(3) = 1;
		answer := scim_bulk(jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'Operations', (SELECT jsonb_agg(meant(o, true) ORDER BY n) FROM unnest(asked) WITH ORDINALITY a(o, n))), whole, 'bulks');
		UPDATE ids SET bulk = split_part(e->>'location', '/', 3) FROM jsonb_array_elements(answer->'Operations') e WHERE e->>'bulkId' = label;
		COMMIT;
		FOREACH next IN ARRAY planned LOOP
			PERFORM call(next);
			COMMIT;
		END LOOP;
		UPDATE ids SET fresh = false;
		INSERT INTO tried SELECT i, asked, whole, (SELECT count(*) FROM unnest(done_as(asked)) WITH ORDINALITY d(d, n) WHERE d.d <> d.n), (SELECT jsonb_agg(e) FROM jsonb_array_elements(answer->'Operations') e WHERE e->>'status' NOT LIKE '2%'),
			ARRAY((SELECT 'by bulk: ' || s FROM state('bulks') s EXCEPT ALL SELECT 'by bulk: ' || s FROM state('calls') s) UNION ALL (SELECT 'by calls: ' || s FROM state('calls') s EXCEPT ALL SELECT 'by calls: ' || s FROM state('bulks') s));
		PERFORM set_config('test.seq', max(seq)::text, false) FROM scim_history;
		COMMIT;
		EXIT WHEN EXISTS (SELECT FROM tried WHERE failed IS NOT NULL OR differs <> '{}');
	END LOOP;
END $$;
SELECT set_config('test.nested', :'storage', false) IS NOT NULL, set_config('test.seq', '0', false) IS NOT NULL, setseed(0.23);
CALL try(50);
SELECT count(*) AS bulks, count(*) FILTER (WHERE failed IS NOT NULL) AS failed, count(*) FILTER (WHERE differs <> '{}') AS differ FROM tried;
SELECT n, atomic, failed, differs, operations FROM tried WHERE failed IS NOT NULL OR differs <> '{}';
-- of all kinds there were some
SELECT count(*) FILTER (WHERE waiting > 0) > 5 AS waiting, count(*) FILTER (WHERE atomic) > 5 AS atomic, sum(cardinality(operations)) > 500 AS many FROM tried;
SELECT o->>'method', substr(o->>'path', 2, 5), count(*) > 10 FROM tried, unnest(operations) o GROUP BY 1, 2 ORDER BY 2, 1;
SELECT count(*) > 50 AS referring FROM tried, unnest(operations) o, unnest(operations) p WHERE o->'needs' ? (p->>'bulkId');
SELECT problem, count(*) FROM (SELECT * FROM scim_check_table('users') UNION ALL SELECT * FROM scim_check_table('groups')) c WHERE problem <> 'limit' GROUP BY 1;
