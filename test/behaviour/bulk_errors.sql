-- Operations of a bulk request that fail: each is all or nothing, and the others are done.
\i :behaviour/bulk_words.sql

-- ---- each by itself ----

-- of every kind there is, as a request of its own answers it
CREATE FUNCTION alone(o jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	e jsonb;
BEGIN
	r := scim_http(o->>'method', o->>'path', NULL, CASE WHEN o ? 'version' THEN jsonb_build_object('if-match', '"' || (o->>'version') || '"') END, convert_to((o->'data')::text, 'UTF8'));
	e := scim_bulk(jsonb_build_array(o))#>'{Operations,0}';
	RETURN CASE WHEN e->>'status' = r.status::text AND (e->'response') - 'detail' = r.answer::jsonb - 'detail' THEN '' ELSE 'NOT AS ALONE: ' || r.status || ' ' || r.answer || ' ' END
		|| CASE WHEN e#>>'{response,detail}' = r.answer::jsonb->>'detail' THEN '' ELSE (r.answer::jsonb->>'detail') || ' BUT ' END || entry(e);
END $$;
SELECT plain(alone(o)) FROM unnest(ARRAY[person('a', 'ADA'), person('a', ''), person('a', 'x', '{"userName": 5}'), person('a', 'x', '{"nothing": 1}'), person('a', 'x', '{"active": "True"}'), person('a', 'x', '{"emails": 5}'), person('a', 'x', '{"schemas": ["urn:x"]}'), person('a', 'x', '{"password": 5}'),
	person('a', 'x', jsonb_build_object('password', repeat('x', 73))), op('POST', '/Users', '{}', 'a'), team('a', 'x', members(the(9))), team('a', 'x', '{"members": 5}'), team('a', 'x', '{"members": [{"type": "Device", "value": "x"}]}'), op('POST', '/Groups', '{}', 'a'),
	op('PUT', u(1), '{}'), op('PUT', u(1), '{"userName": "bob"}'), op('PUT', u(9), '{"userName": "x"}'), op('PUT', u(1), '{"userName": "x"}', NULL, 'stale'), op('PUT', g(11), '{"displayName": "x"}' || members(the(1), the(9))),
	op('PATCH', u(1), '{}'), op('PATCH', u(1), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}'), patch(u(1), '5'), patch(u(1), '{"op": "x"}'), patch(u(1), '{"op": "remove"}'), patch(u(1), '{"op": "replace", "path": "nothing", "value": 1}'), patch(u(1), '{"op": "replace", "path": "id", "value": "x"}'),
	patch(u(1), '{"op": "replace", "path": "emails[type eq", "value": "x"}'), patch(u(1), '{"op": "replace", "path": "emails[type eq \"none\"].value", "value": "x"}'), patch(u(1), '{"op": "remove", "path": "userName"}'), renamed(u(1), 'bob'), joined(g(11), the(9)), joined(g(9), the(1)), titled(u(9), 'x'), titled(u(9), 'x') || '{"version": "stale"}',
	op('DELETE', u(9)), op('DELETE', u(1), NULL, NULL, 'stale'), op('DELETE', u(1), NULL, NULL, 'no-version-of-ours'), op('DELETE', '/Groups/nobody')]) o;
SELECT there();
-- nothing of it is there, and what comes before and behind it is
SELECT bulk(titled(u(2), 'first'), patch(u(1), '{"op": "replace", "path": "title", "value": "lost"}', '{"op": "replace", "path": "userName", "value": "bob"}'), team('t', 'team', members(the(2), the(9))), op('PUT', g(11), '{"displayName": "lost"}' || members(the(2), the(9))), titled(u(2), 'last'));
SELECT there();
SELECT revision FROM users ORDER BY user_name;

-- ---- failOnErrors ----

SELECT anew();
CREATE FUNCTION wrong(n int DEFAULT 9) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN titled(u(n), 'x');
SELECT until(1, titled(u(1), 'a'), titled(u(2), 'b'), wrong(), titled(u(3), 'never'), wrong());
SELECT there();
SELECT anew();
SELECT until(2, wrong(8), titled(u(1), 'a'), wrong(9), titled(u(2), 'never'), op('DELETE', u(3)));
SELECT until(3, wrong(8), titled(u(1), 'b'), wrong(9), titled(u(2), 'a'), op('DELETE', u(3)));
SELECT until(1, wrong(8)), until(2, wrong(8)), until(1, titled(u(1), 'c')), until(1000000, wrong(7), wrong(8), titled(u(1), 'd'));
SELECT there();
-- every error counts: of the operation's form, of a path, a reference, what was made before
SELECT anew();
SELECT until(1, '5', titled(u(1), 'never')), until(1, op('GET', u(1)), titled(u(1), 'never')), until(1, op('POST', '/Bulk', '{}', 'a'), titled(u(1), 'never')), until(1, titled(u('x'), 'y'), titled(u(1), 'never')), until(1, person('a', 'bob'), titled(u(1), 'never')), until(1, person('a', 'ann') - 'bulkId', titled(u(1), 'never'));
SELECT until(2, person('a', 'bob'), joined(g(11), the('a')), titled(u(1), 'never'));
SELECT there();
-- a fault that comes later does not stop what comes before it
SELECT until(1, titled(u(1), 'done'), op('POST', '/Bulk', '{}', 'a'), titled(u(2), 'never'));
SELECT there();
-- the answer has what was processed, in the order of the request: what would have waited is none
SELECT anew();
SELECT until(1, joined(g(11), the('x')), titled(u(1), 'done'), wrong(), person('x', 'xan'));
SELECT until(1, joined(g(11), the('x')), person('x', 'xan'), wrong(), titled(u(2), 'never'));
SELECT until(1, joined(g(11), the('y')), person('y', 'bob'), titled(u(2), 'never'));
SELECT until(2, joined(g(11), the('y')), person('y', 'bob'), titled(u(2), 'never'));
SELECT there();
-- those of one statement, too: after the n-th error nothing more is made
SELECT anew();
SELECT until(1, person('a', 'ann'), person('b', 'bob'), person('c', 'cat'), titled(u(1), 'never'));
SELECT there();
SELECT anew();
SELECT until(2, person('a', 'ann'), person('b', 'bob'), person('c', 'cat'), person('d', 'ada'), person('e', 'eve'));
SELECT there();
-- a circle that fails is as many errors as it has operations, and is not done by half
SELECT anew();
SELECT until(1, person('a', 'ann', under(the('b'))), person('b', 'bob', under(the('a'))), titled(u(1), 'never'));
SELECT until(2, person('a', 'ann', under(the('b'))), person('b', 'bob', under(the('a'))), titled(u(1), 'never'));
SELECT until(3, person('a', 'ann', under(the('b'))), person('b', 'bob', under(the('a'))), titled(u(1), 'done'));
SELECT there();

-- ---- errors of others ----

SELECT anew();
CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a secret' USING ERRCODE = current_setting('test.code'); END $$;
CREATE TRIGGER breaks BEFORE UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION breaks();
SELECT c, bulk(titled(u(1), 'x')) FROM unnest('{P0001,42501,23505,40001,40P01,55P03,22012,54000,25006,08006,PT404,42P01}'::text[]) c, set_config('test.code', c, false);
SET test.code = 'P0001';
SELECT bulk(joined(g(11), the(2)), op('DELETE', u(1)), op('PUT', u(2), '{"userName": "x"}'), op('DELETE', g(12)));
-- the server's own are passed on, and nothing is done
SET test.code = 'XX001';
SELECT fails(format('SELECT scim_bulk(%L)', jsonb_build_array(op('PUT', g(11), '{"displayName": "never"}'), titled(u(1), 'x'))));
DROP TRIGGER breaks ON users;
SELECT there();
-- what still refers to it is in the way; at once, though it is deferred
SELECT anew();
SELECT format('CREATE TABLE badges (tenant_id text DEFAULT scim_tenant(), owner %s, FOREIGN KEY (tenant_id, owner) REFERENCES users %%s)', format_type(atttypid, atttypmod)) AS badges FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'id' \gset
SELECT format(:'badges', '') AS statement \gset
:statement;
INSERT INTO badges (owner) VALUES (id(2));
SELECT bulk(op('DELETE', u(2)), op('DELETE', u(3)));
DROP TABLE badges;
SELECT format(:'badges', 'DEFERRABLE INITIALLY DEFERRED') AS statement \gset
:statement;
INSERT INTO badges (owner) VALUES (id(2));
SELECT status, answer::jsonb->>'detail' FROM scim_http('DELETE', u(2), NULL, NULL, NULL);
SELECT (answer::jsonb)#>>'{Operations,0,status}', (answer::jsonb)#>>'{Operations,0,response,detail}' FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(message(jsonb_build_array(op('DELETE', u(2))))::text, 'UTF8'));
SELECT bulk(op('DELETE', u(2)), op('DELETE', u(1)));
SELECT there();
DROP TABLE badges;
-- where nothing may be written
BEGIN READ ONLY;
SELECT fails(format('SELECT scim_bulk(%L)', jsonb_build_array(titled(u(1), 'x'), person('a', 'ann')))), status FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(message(jsonb_build_array(titled(u(1), 'x')))::text, 'UTF8'));
ROLLBACK;

-- ---- bad input: one clear status each, nothing changed ----

SELECT anew();
CREATE TABLE before AS SELECT array_agg(t) AS there FROM there() t;
SELECT fails(format('SELECT scim_bulk(%L)', message((SELECT jsonb_agg(op('DELETE', '/Users/1')) FROM generate_series(1, 10001) n))));
SELECT bulk(person('a', 'ann'), person('a', 'amy'));
SELECT bulk(titled(u('a'), 'x')), bulk(joined(g(11), the('a'))), bulk(person('b', 'ann', under(the('a'))));
SELECT bulk(op('POST', '/Bulk', message(jsonb_build_array(person('a', 'ann'))), 'b')), bulk(person('a', 'ann', message(jsonb_build_array(person('b', 'ben')))));
SELECT bulk(op('POST', '/Users', '[]', 'a')), bulk(op('POST', '/Users', '"x"', 'a')), bulk(op('PUT', u(1), '[]')), bulk(op('PATCH', u(1), '[{"op": "replace", "path": "title", "value": "x"}]'));
SELECT bulk(person('a', 'ann') || '{"version": "x"}');
-- a chain of 1,000 references, of which the first fails
SELECT string_agg(DISTINCT e->>'status', ' ' ORDER BY e->>'status'), count(*) FROM jsonb_array_elements(scim_bulk((SELECT jsonb_agg(person('p' || n, CASE n WHEN 1 THEN 'ada' ELSE 'p' || n END, under(the('p' || n - 1))) ORDER BY n) FROM generate_series(1, 1000) n))->'Operations') e;
SELECT string_agg(DISTINCT e->>'status', ' ' ORDER BY e->>'status'), count(*) FROM jsonb_array_elements(scim_bulk((SELECT jsonb_agg(person('p' || n, CASE n WHEN 1 THEN 'ada' ELSE 'p' || n END, CASE WHEN n > 1 THEN under(the('p' || n - 1)) ELSE '{}' END) ORDER BY n) FROM generate_series(1, 1000) n))->'Operations') e;
-- deep, long, odd
SELECT bulk(person('a', 'ann', jsonb_build_object('name', (repeat('[', 3000) || repeat(']', 3000))::jsonb)));
SELECT bulk(person('a', repeat('x', 1000), '{"title": "\u0001\u202e"}')) ~ '^POST @a 201', bulk(op('DELETE', '/Users/' || repeat('x', 10000))) ~ '^DELETE 404', left(bulk(op(repeat('X', 10000), u(1))), 200);
SELECT bulk(op('DELETE', u('a'))), bulk(op('DELETE', '/Users/%s%n%d')), bulk(op('%s%n', '/%s')), bulk('{"%s": 1}');
DELETE FROM users WHERE user_name LIKE 'xxx%';
SELECT there = ARRAY(SELECT there()) FROM before;
