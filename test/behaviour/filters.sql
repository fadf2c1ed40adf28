-- Filters (RFC 7644 section 3.4.2.2) in SQL: every operator with every type,
-- what has no value, many values and the same element, odd stored data, tenants.
-- The grammar is tested beside the parser.  What only created tables have (lookup
-- columns, indexes, groups in groups): test/sql/filters.sql.
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
	{"name": "name", "required": true}, {"name": "exact", "caseExact": true}, {"name": "flag", "type": "boolean"},
	{"name": "level", "type": "integer"}, {"name": "ratio", "type": "decimal"}, {"name": "seen", "type": "dateTime"}, {"name": "key", "type": "binary"},
	{"name": "link", "type": "reference", "referenceTypes": ["external"]},
	{"name": "tags", "multiValued": true}, {"name": "levels", "type": "integer", "multiValued": true}, {"name": "times", "type": "dateTime", "multiValued": true},
	{"name": "part", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "labels", "multiValued": true, "caseExact": true}]},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "made", "type": "dateTime"},
		{"name": "on", "type": "boolean"}, {"name": "labels", "multiValued": true}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT make('Thing', 'things');

CREATE FUNCTION names(type text, filter text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(r->>'userName', r->>'name', r->>'displayName'), ' ' ORDER BY r->>'id'), '-')
	FROM jsonb_array_elements(scim_list_resources(type, filter)->'Resources') r $$;
-- each filter, and what it negated finds: together everything, once
CREATE FUNCTION finds(type text, VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT plain(f) || ' -> ' || names(type, f) || CASE WHEN
		(SELECT count(DISTINCT n) = count(n) AND count(n) = (scim_list_resources(type)->>'totalResults')::int
		 FROM (SELECT r->>'id' AS n FROM jsonb_array_elements(scim_list_resources(type, f)->'Resources') r
		 	UNION ALL SELECT r->>'id' FROM jsonb_array_elements(scim_list_resources(type, 'not (' || f || ')')->'Resources') r) x)
		THEN '' ELSE ' AND NOT DOES NOT COMPLETE IT' END
	FROM unnest(filters) f $$;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || ' ' || coalesce((detail::jsonb - 'status' - 'error_code' - 'scim_type')::text, '');
END $$;
CREATE FUNCTION refuses(type text, VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT f || ' -> ' || fails(format('SELECT scim_list_resources(%L, %L)', type, f)) FROM unnest(filters) f $$;

INSERT INTO things (id, data) VALUES
	(id(1), '{"name": "one", "exact": "Aa", "flag": true, "level": 1, "ratio": 0.5, "seen": "2026-01-01T00:00:00Z", "key": "AQI=", "link": "https://example.com/A", "tags": ["Red", "blue"], "levels": [1, 2],
		"times": ["2026-01-01T00:00:00Z"], "part": {"value": "P", "size": 1, "labels": ["L"]}, "parts": [{"value": "a", "size": 1, "made": "2026-01-01T00:00:00Z", "on": true, "labels": ["x", "y"]}, {"value": "b", "size": 2, "on": false}]}'),
	(id(2), '{"name": "two", "exact": "aA", "flag": false, "level": 10, "ratio": 0.50, "seen": "2026-01-01T02:00:00+02:00", "key": "AQI", "link": "https://example.com/a", "tags": ["green"], "levels": [10],
		"times": ["2027-01-01T00:00:00.5Z", "2025-01-01T00:00:00Z"], "part": {"value": "q", "size": 1.5}, "parts": [{"value": "b", "size": 1, "on": true}, {"value": "a", "size": 2, "labels": ["z"]}]}'),
	(id(3), '{"name": "three", "exact": "ab", "level": -3, "ratio": 1e2, "seen": "2026-06-30T12:00:00", "key": "__8", "tags": [], "part": {"size": 100}, "parts": []}'),
	(id(4), '{"name": "none"}');
-- stored by plain SQL: nothing is of its type
INSERT INTO things (id, data) VALUES
	(id(5), '{"name": "odd", "exact": {"a": 1}, "flag": "true", "level": "1", "ratio": "abc", "seen": "yesterday", "key": "*", "link": 7, "tags": "Red", "levels": {"a": 1}, "times": ["never", 5, null],
		"part": "P", "parts": {"value": "a", "size": 1}}'),
	(id(6), '{"name": "odder", "exact": null, "flag": null, "level": true, "ratio": [1], "seen": 20260101, "key": {}, "link": [], "tags": [null, 1, {"a": "Red"}, ["Red"], ""], "levels": ["1", null, true, [1]], "times": {},
		"part": [{"value": "P"}], "parts": [null, 1, "a", [{"value": "a"}], {"value": {"x": "a"}, "size": "1", "made": 5, "on": "yes", "labels": "x"}, {"value": null, "labels": {"a": "x"}}]}');

-- ---- every operator with every type ----

SELECT finds('Thing', 'name eq "ONE"', 'name ne "ONE"', 'name co "N"', 'name sw "T"', 'name ew "E"', 'name gt "ONE"', 'name ge "ONE"', 'name lt "One"', 'name le "One"', 'name pr', 'name eq null', 'name ne null');
SELECT finds('Thing', 'exact eq "Aa"', 'exact ne "Aa"', 'exact co "A"', 'exact sw "a"', 'exact ew "A"', 'exact gt "Aa"', 'exact ge "aA"', 'exact lt "aA"', 'exact le "aA"', 'exact pr');
SELECT finds('Thing', 'flag eq true', 'flag eq false', 'flag ne true', 'flag ne false', 'flag pr', 'flag eq null');
SELECT finds('Thing', 'level eq 1', 'level eq 1.0', 'level ne 1', 'level gt 1', 'level ge 1', 'level lt 1', 'level le 1', 'level pr', 'level gt -1000000000000000000000000');
SELECT finds('Thing', 'ratio eq 0.5', 'ratio eq 5e-1', 'ratio ne 0.5', 'ratio gt 0.5', 'ratio ge 100', 'ratio lt 0.51', 'ratio le 0.5', 'ratio pr');
SELECT finds('Thing', 'seen eq "2026-01-01T00:00:00Z"', 'seen eq "2025-12-31T19:00:00.000-05:00"', 'seen ne "2026-01-01T00:00:00Z"', 'seen gt "2026-01-01T00:00:00Z"', 'seen ge "2026-01-01T00:00:00.0000000Z"',
	'seen lt "2026-01-01T00:00:01Z"', 'seen le "2026-06-30T12:00:00Z"', 'seen pr');
SELECT finds('Thing', 'key eq "AQI="', 'key eq "AQI"', 'key eq "//8="', 'key ne "AQI="', 'key pr');
SELECT finds('Thing', 'link eq "https://example.com/A"', 'link ne "https://example.com/A"', 'link co "/a"', 'link sw "https:"', 'link ew "A"', 'link gt "https://example.com/A"', 'link le "https://example.com/A"', 'link pr');
-- what does not suit each other is refused
SELECT refuses('Thing', 'flag gt true', 'flag ge true', 'flag lt true', 'flag le true', 'flag co "t"', 'flag sw "t"', 'flag ew "t"', 'flag eq "true"', 'flag eq 1');
SELECT refuses('Thing', 'level co 1', 'level sw "1"', 'level eq "1"', 'level eq true', 'ratio ew "1"', 'ratio eq "a"', 'level gt 1e999999999', 'level gt 1e-999999999');
SELECT refuses('Thing', 'seen co "2026"', 'seen sw "2026"', 'seen eq "2026-01-01"', 'seen eq 5', 'key gt "AQI="', 'key le "AQI="', 'key co "A"', 'key eq "*"', 'name eq 1', 'name gt true', 'link gt 1');
SELECT refuses('Thing', 'part eq "x"', 'parts co "x"', 'name gt null', 'nonsense eq 1', 'part.nonsense pr', 'name.value pr', 'urn:example:Other:name pr', '', 'name', 'name regex "x"', 'name eq "x" and', 'tags[value eq "x"');

-- ---- strings: no metacharacters, no locale, the whole of Unicode ----

INSERT INTO things (tenant_id, id, data) SELECT 'strings', id(n::int), jsonb_build_object('name', v, 'exact', v)
	FROM unnest(ARRAY['100%', '1000', 'a_b', 'axb', 'back\slash', 'Straße', 'STRASSE', 'Ⅷ', 'viii', 'É', 'é', 'z', 'ä', '', '𝒳', U&'\+10FFFF', U&'\+10FFFFx', U&'\D7FF', U&'\E000']) WITH ORDINALITY AS u(v, n);
SET scimver.tenant = 'strings';
SELECT finds('Thing', 'name co "0%"', 'name sw "a_"', 'name ew "%"', 'name co "\\"', 'name co "_"', 'name eq "straße"', 'name eq "VIII"', 'name eq "É"', 'exact eq "É"', 'name gt "z"', 'name co ""', 'name eq ""', 'name pr', 'name sw ""');
SELECT finds('Thing', 'exact sw "\uD835\uDCB3"', 'exact sw "\uDBFF\uDFFF"', 'exact sw "\uD7FF"', 'exact gt "\uD7FF"', 'exact ew "x"', 'exact ew "\uDBFF\uDFFFx"');
SELECT finds('Thing', 'name eq "''; DROP TABLE things; --"', 'name eq "$1"', 'name co "{id}"');
-- the same by the range of an index, where there is one
INSERT INTO users (id, data) SELECT id(n::int), jsonb_build_object('userName', v) FROM unnest(ARRAY['az', 'Azz', 'b', U&'x\D7FF', U&'x\E000', U&'y\+10FFFF', U&'y\+10FFFFz', 'z', U&'\+10FFFF', U&'\+10FFFF\+10FFFFb']) WITH ORDINALITY AS u(v, n);
SELECT finds('User', 'userName sw "AZ"', 'userName sw "x\uD7FF"', 'userName sw "x"', 'userName sw "y\uDBFF\uDFFF"', 'userName sw "\uDBFF\uDFFF"', 'userName sw "\uDBFF\uDFFF\uDBFF\uDFFF"', 'userName sw ""');
RESET scimver.tenant;
-- very long: the limits of the parser, no other
SELECT names('Thing', 'name eq "' || repeat('x', 16000) || '"'), fails(format('SELECT scim_list_resources(''Thing'', %L)', 'name eq "' || repeat('x', 17000) || '"'));
SELECT names('Thing', string_agg('name eq "' || n || '"', ' or ') || ' or name eq "two"') FROM generate_series(1, 255) n;
SELECT fails(format('SELECT scim_list_resources(''Thing'', %L)', string_agg('name eq "' || n || '"', ' or '))) FROM generate_series(1, 257) n;
SELECT names('Thing', repeat('not (', 63) || 'name eq "two"' || repeat(')', 63)), fails(format('SELECT scim_list_resources(''Thing'', %L)', repeat('(', 7000) || 'name pr' || repeat(')', 7000)));
-- nested to the right: as fast as any
SELECT names('Thing', repeat('parts[value eq "a" and (', 1) || repeat('value eq "a" and (', 60) || 'size eq 1' || repeat(')', 61) || ']');
SELECT names('User', 'emails[' || repeat('value eq "a" and (', 60) || 'type pr' || repeat(')', 60) || ']'), names('User', 'emails[' || repeat('value eq "a" or (', 60) || 'type pr' || repeat(')', 60) || ']');
-- a value that fills a document: compared, found, no error
INSERT INTO things (id, data) VALUES (id(7), jsonb_build_object('name', 'long', 'exact', repeat('x', 1000000), 'tags', (SELECT jsonb_agg('t' || n) FROM generate_series(1, 10000) n)));
SELECT names('Thing', 'exact sw "xxx" and exact ew "xxx" and tags eq "T9999"');
DELETE FROM things WHERE id = id(7);

-- ---- not, and, or: grouped, nothing is ever unknown ----

SELECT finds('Thing', 'name eq "one" or name eq "two" and level eq 10', '(name eq "one" or name eq "two") and level eq 10', 'not (level eq 1) and not (level eq 10)', 'not (not (level eq 1))', 'not (flag eq true or level pr)',
	'not (not (level ne 1) and exact pr)', 'flag ne true and not (flag ne true)');

-- ---- many values: any of them ----

SELECT finds('Thing', 'tags eq "red"', 'tags ne "green"', 'tags ne "red"', 'tags co "e"', 'tags sw "B"', 'tags gt "green"', 'tags pr', 'tags eq null', 'tags[value eq "RED"]', 'tags[value sw "r" and value ew "d"]', 'tags[value sw "r" and value ew "e"]');
SELECT finds('Thing', 'levels eq 2', 'levels ne 2', 'levels ne 10', 'levels gt 1', 'levels pr', 'levels[value gt 1 and value lt 5]', 'levels[not (value eq 1)]', 'times lt "2026-01-01T00:00:00Z"', 'times eq "2027-01-01T00:00:00.500Z"', 'times ne "2026-01-01T00:00:00Z"', 'times pr');
-- two conditions: of different elements, or in brackets of the same one
SELECT finds('Thing', 'parts.value eq "a" and parts.size eq 1', 'parts[value eq "a" and size eq 1]', 'parts[value eq "a" and not (size eq 1)]', 'parts[value eq "a" or size eq 1]', 'parts[size ne 1]', 'parts[not (value pr)]', 'parts[labels eq "Z" and value eq "a"]',
	'parts[labels eq "x" and labels eq "y"]', 'parts.labels eq "x"', 'parts.labels ne "z"', 'parts.labels pr', 'parts[labels pr and on eq true]', 'parts.value ne "a"', 'parts.value pr', 'parts pr', 'parts eq null', 'parts ne null', 'parts[made ge "2026-01-01T00:00:00Z"]', 'parts[on ne true]');
SELECT finds('Thing', 'part.value eq "p"', 'part.value ne "p"', 'part.size gt 1', 'part pr', 'part eq null', 'part ne null', 'part[value eq "p" and size eq 1]', 'part[value ne "p"]', 'part[not (value pr)]', 'part.labels eq "L"', 'part.labels eq "l"', 'part.labels ne "L"', 'part.labels pr');

-- ---- users: extensions, meta, id, schemas ----

\set enterprise 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
SET scimver.base_url = 'https://example.com/v2';
INSERT INTO users (id, created, data) VALUES
	(id(1), '2026-01-01 00:00Z', '{"userName": "Ann", "externalId": "E1", "displayName": "Ann A", "active": true, "title": "Dr", "password": "secret", "name": {"familyName": "O''Malley"},
		"emails": [{"type": "work", "value": "ann@X.org", "primary": true}, {"type": "home", "value": "ann@home.org"}], "x509Certificates": [{"value": "AQI="}],
		"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "7", "manager": {"value": "M"}}}'),
	(id(2), '2026-02-01 00:00Z', '{"userName": "bob", "externalId": "e1", "active": false, "emails": [{"type": "home", "value": "ann@x.org"}, {"type": "work", "value": "bob@x.org"}], "nickName": "", "title": ""}'),
	(id(3), '2026-03-01 00:00Z', '{"userName": "cyd"}');
SELECT finds('User', 'userName eq "ANN"', 'USERNAME Eq "ann"', 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann"', 'userName ne "ann"', 'userName sw "AN"', 'userName co "D"', 'userName ew "B"', 'userName gt "ann"', 'userName le "bob"', 'userName pr');
SELECT finds('User', 'externalId eq "e1"', 'externalId ne "e1"', 'externalId sw "E"', 'externalId pr', 'displayName eq "ANN a"', 'displayName pr', 'active eq true', 'active eq false', 'active ne true', 'active ne false', 'active pr', 'title pr', 'nickName pr', 'nickName eq ""');
SELECT finds('User', 'emails.value eq "ANN@x.org"', 'emails.value ne "ann@x.org"', 'emails.value co "HOME"', 'emails.type eq "work" and emails.value eq "ann@x.org"', 'emails[type eq "work" and value eq "ann@x.org"]', 'emails[value eq "ann@x.org" and not (type eq "home")]',
	'emails[value eq "ann@x.org" or value eq "bob@x.org"]', 'emails[(value eq "bob@x.org" or value eq "ann@x.org") and type eq "work"]', 'emails[value eq "bob@x.org" or type eq "home"]', 'emails[type eq "home" or value eq "bob@x.org"]', 'emails[not (value eq "ann@x.org")]', 'emails[not (value eq "ann@home.org")]', 'emails[value ne "ann@x.org" and type eq "work"]', 'emails[primary eq true]', 'emails pr', 'emails.display pr', 'not (emails[type eq "work" and value co "x.org"])');
SELECT finds('User', 'name.familyName eq "o''malley"', 'name[familyName sw "o"]', 'x509Certificates.value eq "AQI"', :'enterprise' || ':employeeNumber eq "7"', :'enterprise' || ':manager.value eq "m"', :'enterprise' || ':manager pr', :'enterprise' || ':department pr',
	'schemas eq "' || :'enterprise' || '"', 'schemas ne "' || :'enterprise' || '"', 'schemas pr');
SELECT finds('User', 'id eq "' || id(1) || '"', 'id ne "' || id(1) || '"', 'id eq "x"', 'id ne "x"', 'id sw "' || id(1) || '"', 'id ew "' || id(2) || '"', 'id gt "' || id(2) || '"', 'id pr');
SELECT finds('User', 'meta.resourceType eq "User"', 'meta.resourceType eq "user"', 'meta.created ge "2026-02-01T01:00:00+01:00"', 'meta.created lt "2026-02-01T00:00:00Z"', 'meta.lastModified gt "2020-01-01T00:00:00Z"', 'meta.version pr', 'meta.version eq "x"',
	'meta.location eq "https://example.com/v2/Users/' || id(1) || '"', 'meta.location ew "' || id(2) || '"', 'meta pr', 'meta[created eq "2026-01-01T00:00:00Z" and version pr]');
SELECT names('User', 'id sw "' || left(id(1)::text, 15) || '"'), names('User', 'id ew "' || right(id(2)::text, 4) || '"'), names('User', 'meta.location ew "' || right(id(3)::text, 4) || '"');
SELECT names('User', 'meta.version eq "' || version || '"') FROM users WHERE id = id(1);
SELECT refuses('User', 'password eq "secret"', 'password pr', 'not (password sw "s")', 'userName eq "a" or password co "x"', '_version eq "x"', 'emails[password pr]', 'emails eq "x"', :'enterprise' || ' pr', 'groups[value eq "x"');
SELECT fails('SELECT scim_list_users(''userName eq'')'), fails('SELECT scim_explain_filter(''User'', ''password pr'')'), fails('SELECT scim_explain_filter(''User'', NULL)'), fails('SELECT scim_explain_filter(''Nobody'', ''id pr'')');

-- ---- members and groups ----

INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "Staff"}'), (id(102), '{"displayName": "Admins"}'), (id(103), '{"displayName": "Empty"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(1)), (id(101), 'User', id(2)), (id(102), 'User', id(2));
SELECT finds('Group', 'members.value eq "' || id(2) || '"', 'members.value eq "' || id(102) || '"', 'members.value eq "' || id(3) || '"', 'members.value eq "x"', 'members.value ne "' || id(2) || '"', 'members.value ne "x"', 'members.value sw "' || id(2) || '"', 'members.value ew "' || id(1) || '"',
	'members pr', 'members.value pr', 'members.type eq "group"', 'members.type ne "User"', 'members.display eq "BOB"', 'members.display co "ann"', 'members.$ref ew "Users/' || id(1) || '"', 'members[value eq "' || id(2) || '" and type eq "Group"]',
	'members[type eq "Group" and display sw "adm"]', 'members[value eq "' || id(2) || '"]', 'members[not (type eq "User")]', 'members[value eq "x"]', 'displayName eq "STAFF"');
SELECT names('Group', 'members.value sw "' || left(id(2)::text, 15) || '"'), names('User', 'groups.value ew "' || right(id(102)::text, 4) || '"');
SELECT finds('User', 'groups.value eq "' || id(101) || '"', 'groups.value eq "' || id(103) || '"', 'groups.value eq "x"', 'groups.value ne "' || id(102) || '"', 'groups.display eq "staff"', 'groups.type eq "direct"', 'groups.type eq "indirect"', 'groups.$ref co "Groups"', 'groups pr',
	'groups[value eq "' || id(102) || '" and display eq "Admins"]', 'groups.value eq "' || id(101) || '" and groups.value eq "' || id(102) || '"', 'groups[value eq "' || id(101) || '" and value eq "' || id(102) || '"]');

-- ---- tenants are apart, whatever the filter says ----

INSERT INTO users (tenant_id, id, data) VALUES ('beta', id(1), '{"userName": "beta", "emails": [{"value": "ann@x.org"}]}');
INSERT INTO groups (tenant_id, id, data) VALUES ('beta', id(101), '{"displayName": "Beta"}');
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES ('beta', id(101), 'User', id(1));
SELECT string_agg(r->>'userName', ' ') FROM unnest(ARRAY['emails.value eq "ann@x.org"', 'userName pr or not (userName pr)', 'groups.value eq "' || id(101) || '"', 'groups.display pr', 'id pr or meta pr']) f, jsonb_array_elements(scim_list_users(f, tenant_id => 'beta')->'Resources') r;

