-- Bulk requests that are done as a whole, or not at all.
\i :behaviour/bulk_words.sql

-- ---- all of it ----

SELECT atomic(person('a', 'ann', under(the('b'))), person('b', 'ben', under(the('a'))), team('t', 'team', members(the('a'), the(2))), op('PUT', u(1), '{"userName": "ada"}' || under(the('a'))), op('DELETE', u(3)), joined(g(11), the('b')), titled(u('a'), 'x'));
SELECT there();

-- ---- or nothing ----

SELECT anew();
SELECT coalesce(max(seq), 0) AS seq FROM scim_history \gset
CREATE TABLE before AS SELECT array_agg(t) AS there FROM there() t;
CREATE TABLE rows_before AS SELECT id::text, version, revision, last_modified FROM users UNION ALL SELECT id::text, version, revision, last_modified FROM groups;
SELECT atomic(person('a', 'ann'), titled(u(1), 'x'), op('DELETE', u(3)), op('DELETE', g(12)), joined(g(11), the('a'), the(2)), team('t', 'team', members(the(2))), person('b', 'bob'), titled(u(2), 'never'), op('DELETE', u(9)));
-- the error is the first that there is; what failed by itself, too, is undone like the others
SELECT atomic(titled(u(1), 'x'), titled(u(9), 'y'), titled(u(8), 'z'));
-- of every kind: of the operation's form, of a path, a method, a reference, a version, a whole circle
SELECT atomic(titled(u(1), 'x'), '5');
SELECT atomic(titled(u(1), 'x'), person('a', 'ann') - 'bulkId', titled(u(2), 'x'));
SELECT atomic(titled(u(1), 'x') || '{"bulkId": "p"}', op('POST', '/Bulk', '{}', 'a'));
SELECT atomic(op('GET', u(1)), titled(u(1), 'x'));
SELECT atomic(op('POST', '/Nothing', '{}', 'a'), titled(u(1), 'x'));
SELECT atomic(titled(u(1), 'x'), joined(g(11), the('x')));
SELECT atomic(titled(u(1), 'x'), titled(u(2), 'x') || '{"version": "stale"}');
SELECT atomic(titled(u(1), 'x'), person('a', 'ann', under(the('b'))), person('b', 'bob', under(the('a'))), person('c', 'cat'));
SELECT atomic(person('a', 'ann'), person('b', 'ben'), person('c', 'ADA'), person('d', 'dan'));
SELECT atomic(joined(g(11), the('a')), person('a', 'ada'), titled(u('a'), 'x'), person('b', 'ben', under(the('a'))));
SELECT atomic(titled(u(9), 'x'));
-- two operations that have one bulkId
SELECT atomic(titled(u(1), 'x'), person('a', 'ann'), person('a', 'amy'));
-- failOnErrors has nothing to say where one error is enough
SELECT entries(scim_bulk(message(jsonb_build_array(titled(u(1), 'x'), titled(u(9), 'y'), titled(u(8), 'z')), '{"failOnErrors": 5}'), true));
SELECT entries(scim_bulk(message(jsonb_build_array(titled(u(1), 'x'), titled(u(9), 'y'), titled(u(8), 'z')), '{"failOnErrors": 1}'), atomic => true));
-- a result that is there already is none
SELECT atomic(titled(u(1), 'one'), titled(u(1), 'one') || '{"version": "stale"}');
-- nothing of it is on record but what was refused
SELECT there = ARRAY(SELECT there()) FROM before;
SELECT count(*) FROM (SELECT id::text, version, revision, last_modified FROM users UNION ALL SELECT id::text, version, revision, last_modified FROM groups EXCEPT TABLE rows_before) changed;
SELECT operation, error_code, count(*) FROM scim_history WHERE seq > :seq GROUP BY 1, 2 ORDER BY 1, 2;
-- the request's own errors are as ever
SELECT fails('SELECT scim_bulk(''{}'', true)'), fails('SELECT scim_bulk(''[]'', true)');
-- many, of which the last fails
SELECT e->>'status', e#>>'{response,detail}', count(*) FROM jsonb_array_elements(scim_bulk((SELECT jsonb_agg(person('p' || n, CASE n WHEN 500 THEN 'ada' ELSE 'p' || n END)) FROM generate_series(1, 500) n), true)->'Operations') e GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) FROM users;
-- a table of the application's that its triggers write is undone, too
CREATE TABLE log (what text);
CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER logs AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION logs();
SELECT atomic(person('a', 'ann'), titled(u(1), 'x'), op('DELETE', u(3)), person('b', 'bob'));
SELECT count(*) FROM log;
SELECT atomic(person('a', 'ann'), titled(u(1), 'x'), op('DELETE', u(3)));
SELECT string_agg(what, ' ') FROM log;
DROP TRIGGER logs ON users;
-- what is undone can be done then, in the same transaction
SELECT anew();
BEGIN;
SELECT atomic(person('a', 'ann'), op('DELETE', u(1)), titled(u(9), 'x'));
SELECT bulk(person('a', 'ann'), op('DELETE', u(1)), titled(u(9), 'x'));
SELECT atomic(person('b', 'ben'), titled(u(2), 'x'));
COMMIT;
SELECT there();
