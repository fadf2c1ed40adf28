\set ECHO none
-- Groups within groups, by bulk requests: circles of them stay impossible.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_words.sql
-- in any order
SELECT bulk(team('a', 'A', members(the('b'))), team('b', 'B', members(the('c'), the('u'))), team('c', 'C'), person('u', 'una'));
SELECT bulk(joined(g('d'), the(11)), joined(g(12), the('d')), team('d', 'D', members(the(1))));
SELECT there();

-- ---- circles ----

-- the operation that closes it is the last of them in the request
SELECT anew();
SELECT bulk(team('qwerty', 'Group A', '{"members": [{"type": "Group", "value": "bulkId:ytrewq"}]}'), team('ytrewq', 'Group B', '{"members": [{"type": "Group", "value": "bulkId:qwerty"}]}'));
SELECT bulk(team('a', 'A', members(the('b'))), titled(u(1), 'between'), team('b', 'B', members(the('c'), the(1))), team('c', 'C', members(the('a'))), team('d', 'D', members(the('a'))), joined(g(11), the('b')));
SELECT bulk(team('a', 'A', members(the('a'))), team('b', 'B', members(the('a'))));
SELECT bulk(team('a', 'A', members(the('a'), the(1)) || '{"externalId": "bulkId:a"}'), team('b', 'B', '{"externalId": "bulkId:b"}'));
SELECT there();
-- of what is there, and of patches: where it is closed
SELECT anew();
SELECT bulk(joined(g(11), the(12)), joined(g(12), the(11)), joined(g(11), the(11)));
SELECT bulk(team('a', 'A', members(the(11))), joined(g(12), the('a')), joined(g(12), the(1)));
SELECT bulk(team('b', 'B'), joined(g('b'), the('c')), team('c', 'C', members(the('b'))));
SELECT bulk(team('d', 'D', members(the('e'))), team('e', 'E'), joined(g('e'), the('d')), joined(g('e'), the('e')));
SELECT there();
-- by a user, who holds nobody, there is none
SELECT anew();
SELECT bulk(team('a', 'A', members(the('u'))), person('u', 'una', '{"externalId": "bulkId:b"}'), team('b', 'B', members(the('a'))));
SELECT there();
-- all of them are undone where all or nothing is asked for; each is an error where errors are counted
SELECT anew();
SELECT atomic(titled(u(1), 'x'), team('a', 'A', members(the('b'))), team('b', 'B', members(the('a'))));
SELECT until(1, team('a', 'A', members(the('b'))), team('b', 'B', members(the('a'))), titled(u(1), 'never'));
SELECT there();
-- a chain of 300 groups, of which each holds the next
SELECT anew();
SELECT e->>'status', count(*) FROM jsonb_array_elements(scim_bulk((SELECT jsonb_agg(team('g' || n, 'G' || n, CASE WHEN n < 300 THEN members(the('g' || n + 1)) ELSE members(the(1)) END) ORDER BY n) FROM generate_series(1, 300) n))->'Operations') e GROUP BY 1;
SELECT anew();
SELECT e->>'status', count(*) FROM jsonb_array_elements(scim_bulk((SELECT jsonb_agg(team('g' || n, 'G' || n, members(the('g' || n % 300 + 1))) ORDER BY n) FROM generate_series(1, 300) n))->'Operations') e GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM groups;
\i :behaviour/end.sql
