-- References within bulk requests: "bulkId:x" in place of the id of what is made.
\i :behaviour/bulk_words.sql

-- ---- where they stand ----

-- a member and a manager, as RFC 7644 section 3.7.2 has them
SELECT bulk(person('qwerty', 'Alice'), team('ytrewq', 'Tour Guides', '{"members": [{"type": "User", "value": "bulkId:qwerty"}]}'), person('z', 'Bob', under(the('qwerty'))));
SELECT there();
-- before what they refer to is made
SELECT anew();
SELECT bulk(team('t', 'team', members(the('a'), the(2), the('b'))), person('a', 'ann', under(the('b'))), person('b', 'ben'), joined(g(11), the('c')), person('c', 'cat'));
SELECT there();
-- in every kind of operation, and as the id in its path
SELECT anew();
SELECT bulk(person('a', 'ann'), op('PUT', u(1), '{"userName": "ada"}' || under(the('a'))), patch(u(2), '{"op": "add", "value": {"title": "bulkId:a"}}', '{"op": "add", "path": "nickName", "value": "bulkId:a"}'),
	op('PUT', g(11), '{"displayName": "staff"}' || members(the('a'), the(1))), joined(g(12), the('a'), the(3)), titled(u('a'), 'patched'), op('PUT', u('a'), '{"userName": "ann", "title": "put"}'), titled(u('a'), 'bulkId:a'));
SELECT there(), named(scim_get_user(the(2))->>'nickName');
SELECT bulk(person('b', 'ben'), titled(u('b'), 'x'), op('DELETE', u('b')), titled(u('b'), 'y'), person('c', 'ben'));
SELECT bulk(op('DELETE', u('d')), titled(u('d'), 'x'), person('d', 'dot', under(the('e'))), person('e', 'eve'));
SELECT there();
-- anywhere in the data, at any depth, of any attribute
SELECT anew();
SELECT bulk(person('a', 'ann', '{"externalId": "bulkId:a", "nickName": "bulkId:b", "name": {"givenName": "bulkId:b"}, "emails": [{"value": "bulkId:b", "type": "work"}, {"value": "x", "display": "bulkId:a"}], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "bulkId:b"}}'), person('b', 'ben'));
SELECT named(r->>'externalId'), named(r->>'nickName'), named(r#>>'{name,givenName}'), named(r->>'emails'), named(r->>'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User') FROM made, scim_get_user(id) r WHERE name = 'a';
-- even where that is no value that there may be
SELECT bulk(person('c', 'bulkId:c'), person('d', 'bulkId:c'), person('e', 'eve', '{"active": "bulkId:c"}'), person('f', 'fay', '{"nothing": "bulkId:c"}'));
SELECT there();
-- never within a text, nor as a name
SELECT anew();
SELECT bulk(person('a', 'ann'), titled(u(1), 'see bulkId:a'), titled(u(2), 'bulkId:a '), titled(u(3), ' bulkId:a'), person('b', 'bulkId:a b', '{"title": "bulkId:a,bulkId:a", "nickName": "BULKID:a", "displayName": "bulkid:a"}'), person('c', 'cat', '{"title": "bulkId:", "nickName": "bulkId:a/b", "displayName": "bulkId:ä", "profileUrl": "bulkId"}'));
SELECT there();
SELECT named(concat_ws(', ', r->>'title', r->>'nickName', r->>'displayName', r->>'profileUrl')) FROM made, scim_get_user(id) r WHERE name IN ('b', 'c') ORDER BY name;
SELECT bulk(person('a', 'x', '{"bulkId:a": "y"}'), titled('/bulkId:b/' || the(1), 'x'), person('b', 'bea', jsonb_build_object('title', 'bulkId:' || repeat('x', 65))));
-- nor in a filter
SELECT bulk(person('a', 'amy'), patch(g(11), '{"op": "remove", "path": "members[value eq \"bulkId:a\"]"}'), patch(u(1), '{"op": "replace", "path": "emails[value eq \"bulkId:a\"].display", "value": "x"}'));
-- what stands there as such a text can only be written by a call of its own
SELECT scim_patch_user(the(1), sets('title', '"bulkId:a"'))->>'title';
SELECT bulk(person('a', 'abe', under(the(1))));
SELECT there();

-- ---- circles ----

SELECT anew();
-- two managers of one another; of three; of oneself
SELECT bulk(person('a', 'ann', under(the('b'))), person('b', 'ben', under(the('a'))));
SELECT bulk(person('c', 'cat', under(the('d'))), titled(u(1), 'between'), person('d', 'dan', under(the('e'))), op('DELETE', u(3)), person('e', 'eve', under(the('c'))), person('f', 'fay', under(the('f'))));
SELECT there();
-- revisions: each was written once
SELECT DISTINCT revision FROM users WHERE id <> id(1) AND id <> id(2);
-- with a group that holds them, and others that refer to the circle
SELECT anew();
SELECT bulk(team('t', 'team', members(the('a'), the('b'))), person('x', 'xan', under(the('a'))), person('a', 'ann', under(the('b'))), person('b', 'ben', under(the('a'))), titled(u('a'), 'patched'), joined(g('t'), the('x')));
SELECT there();
-- a circle of users and groups by what is no membership
SELECT anew();
SELECT bulk(team('t', 'team', '{"externalId": "bulkId:a"}'), person('a', 'ann', '{"externalId": "bulkId:t"}'));
SELECT bulk(team('s', 'second', members(the('b')) || '{"externalId": "bulkId:b"}'), person('b', 'ben', '{"externalId": "bulkId:s"}'));
SELECT there();
SELECT named(r->>'externalId') FROM jsonb_array_elements(scim_list_users()->'Resources' || (scim_list_groups()->'Resources')) r WHERE r ? 'externalId' ORDER BY 1;
-- all of it, or none: one has an error of its own, the others 409
SELECT anew();
SELECT bulk(person('a', 'ann', under(the('b'))), person('b', 'bob', under(the('a'))), person('c', 'cat'));
SELECT bulk(person('a', 'ann', under(the('b'))), person('b', 'ben', under(the('d'))), person('d', 'dan', under(the('a')) || '{"nothing": 1}'), person('e', 'eve', under(the('d'))));
SELECT bulk(person('a', 'ann', under(the('b'))), person('b', 'ben', under(the('a')))  || '{"nothing": 1}');
SELECT there();
-- a patch is none: it comes behind
SELECT bulk(person('a', 'ann', under(the('b'))), person('b', 'ben'), patch(u('b'), jsonb_build_object('op', 'add', 'value', under(the('a')))));
SELECT there();

-- ---- what cannot be ----

SELECT anew();
-- unknown; of another method; of a POST that failed, is faulty, or has the bulkId of another
SELECT bulk(person('a', 'ann', under(the('x'))), joined(g(11), the('x')), titled(u('x'), 'y'), op('DELETE', u('x')), op('PUT', u(1), jsonb_build_object('userName', 'ada') || under(the('x'))), op('PUT', u('x'), jsonb_build_object('userName', 'bulkId:y')));
SELECT bulk(titled(u(1), 'one') || '{"bulkId": "p"}', person('a', 'ann', under(the('p'))), titled(u('p'), 'x'), op('DELETE', u(9)) || '{"bulkId": "d"}', joined(g(11), the('d')));
SELECT bulk(person('a', 'bob'), joined(g(11), the('a')), titled(u('a'), 'x'), op('DELETE', u('a')), person('b', 'ben', under(the('a'))), person('c', 'cat', under(the('b'))), team('t', 'team', members(the('c'), the(1))), op('PUT', g('t'), '{"displayName": "x"}'));
SELECT bulk(person('b', 'ben', under(the('a'))), person('a', 'ann') || '{"version": "x"}', joined(g(11), the('a')));
SELECT bulk(person('a', 'ann'), person('a', 'amy'), titled(u('a'), 'x'), person('b', 'ben', under(the('a'))), titled(u(1), 'x') || '{"bulkId": "a"}');
-- case counts
SELECT bulk(person('a', 'ann'), person('A', 'amy'), titled(u('a'), 'small'), titled(u('A'), 'large'));
SELECT there();
-- of nothing in what only looks so
SELECT bulk(titled('/Users/bulkId:', 'x'), titled('/Users/bulkId:a%20b', 'x'), titled('/Users/bulkid:a', 'x'), titled('/Users/bulkId%3Aa', 'x'), titled('/Groups/bulkId:b', 'x'), person('b', 'bea'), op('POST', '/Users/bulkId:b', '{"userName": "x"}', 'c'), titled('/Users/bulkId:b/x', 'x'));
SELECT there();
-- what is refused for its form says where it leads, too, if that is there
SELECT bulk(titled(u('z'), 'x') || '{"version": 5}', person('z', 'zoe'), person('y', 'zoe'), op('PUT', u('z'), '[]'), op('GET', u('z')), titled(u('y'), 'x') || '{"version": 5}', titled(u('x'), 'x') || '{"version": 5}', op('POST', u('z'), '5', 'w'));
-- several unknown: one is told
SELECT bulk(team('t', 'team', members(the('x'), the('y'))));

-- ---- many ----

SELECT anew();
CREATE FUNCTION statuses(operations jsonb, atomic boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT concat_ws(' ', e->>'method', e->>'status', n), ', ') FROM (SELECT e->>'method', e->>'status', count(*) OVER (PARTITION BY e->>'method', e->>'status') FROM jsonb_array_elements(scim_bulk(message(operations), atomic)->'Operations') e) c(method, status, n), jsonb_build_object('method', method, 'status', status) e $$;
-- a chain of 1,000 references, from the first to the last, and the other way round
SELECT statuses((SELECT jsonb_agg(person('p' || n, 'p' || n, CASE WHEN n < 1000 THEN under(the('p' || n + 1)) ELSE '{}' END) ORDER BY n) FROM generate_series(1, 1000) n));
SELECT count(*) FROM users;
WITH RECURSIVE chain AS (SELECT scim_list_users('userName eq "p1"')#>'{Resources,0}' AS u UNION ALL SELECT scim_get_user(u#>>'{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager,value}') FROM chain WHERE u ? 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User') SELECT count(*) FROM chain;
SELECT anew();
SELECT statuses((SELECT jsonb_agg(person('p' || n, 'p' || n, CASE WHEN n < 1000 THEN under(the('p' || n + 1)) ELSE '{}' END) ORDER BY n DESC) FROM generate_series(1, 1000) n)), statuses((SELECT jsonb_agg(person('q' || n, 'q' || n, under(the('q' || 1 + n % 1000)))) FROM generate_series(1, 1000) n));
-- one that breaks it: all behind it fail by it
SELECT anew();
SELECT statuses((SELECT jsonb_agg(person('p' || n, CASE n WHEN 500 THEN 'ada' ELSE 'p' || n END, CASE WHEN n < 1000 THEN under(the('p' || n + 1)) ELSE '{}' END) ORDER BY n) FROM generate_series(1, 1000) n));
-- a group of 999 that come behind it
SELECT anew();
SELECT statuses(jsonb_build_array(team('t', 'team', members(VARIADIC ARRAY(SELECT the('p' || n) FROM generate_series(1, 999) n)))) || (SELECT jsonb_agg(person('p' || n, 'p' || n)) FROM generate_series(1, 999) n));
SELECT member_count FROM groups ORDER BY 1;
