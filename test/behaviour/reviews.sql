-- Deciding on proposals: who may, what counts, and what the last approval does.
-- what differs by run has a name: PROPOSAL, THEN, V
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	regexp_replace(regexp_replace(regexp_replace(replace(regexp_replace(plain(answer), '"digest": "[^"]*"', '"digest": "D"'), '#?', 'PROPOSAL'), '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', 'PROPOSAL', 'g'), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'), '[A-Za-z0-9+/]{11}=', 'V', 'g') $$;
-- "login" or "login/role"
CREATE FUNCTION by(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE format('SET LOCAL SESSION AUTHORIZATION regress_%s', split_part(who, '/', 1));
	IF who LIKE '%/%' THEN EXECUTE format('SET LOCAL ROLE regress_%s', split_part(who, '/', 2)); END IF;
	EXECUTE statement INTO answer;
	RESET SESSION AUTHORIZATION;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlstate, sqlerrm, regexp_replace(detail, ', "retry_after_ms": \d+', ''));
END $$;
CREATE TABLE now_open (number int GENERATED ALWAYS AS IDENTITY, proposal uuid, version text);
GRANT SELECT ON now_open TO PUBLIC;
CREATE FUNCTION propose(who text, n int, operations jsonb, options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text := by(who, format('SELECT scim_propose_change(%L, %L, %L%s)', CASE WHEN n > 10 THEN 'Group' ELSE 'User' END, id(n),

		(SELECT string_agg(CASE WHEN part ~ '^#\d' THEN id(substr(part, 2)::int)::text ELSE part END, '') FROM regexp_split_to_table(regexp_replace(operations::text, '#(\d)', '~#\1~', 'g'), '~') part), options));
BEGIN
	IF answer LIKE 'PT%' THEN RETURN told(answer); END IF;
	INSERT INTO now_open (proposal, version) VALUES ((answer::jsonb->>'proposal_id')::uuid, answer::jsonb->>'version');
	RETURN told((answer::jsonb - '{proposal_id,expires_at,version}'::text[])::text);
END $$;
-- of the last one that was proposed, or the one of that number
CREATE FUNCTION decide(who text, decision text, rest text DEFAULT '', number int DEFAULT NULL, version text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p now_open;
	answer text;
BEGIN
	SELECT * INTO p FROM now_open n WHERE n.number = coalesce(decide.number, (SELECT max(o.number) FROM now_open o));
	answer := by(who, format('SELECT scim_review_proposal(%L, %L, %L%s)', p.proposal, decision, coalesce(decide.version, p.version), rest));
	RETURN told(CASE WHEN answer LIKE '{%' THEN (answer::jsonb - 'proposal_id')::text ELSE answer END);
END $$;
CREATE FUNCTION anew() RETURNS void LANGUAGE sql AS $$
	UPDATE now_open n SET version = p.version FROM scim_proposals p WHERE p.id = n.proposal $$;
CREATE FUNCTION reviews(number int DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$ SELECT
	concat_ws(' ', r.number, decision, replace(reviewer, 'regress_', ''), replace(login, 'regress_', ''), 'for ' || agent, CASE WHEN counts THEN 'counts' END, ': ' || comment)
	FROM scim_reviews r WHERE proposal_id = (SELECT proposal FROM now_open n WHERE n.number = coalesce(reviews.number, (SELECT max(o.number) FROM now_open o))) ORDER BY r.number $$;
CREATE FUNCTION set(path text, value jsonb) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
-- by plain SQL, which no policy binds
CREATE FUNCTION change(n int, attributes jsonb) RETURNS void LANGUAGE sql AS $$ UPDATE users SET data = data || attributes WHERE id = id(n) $$;
CREATE FUNCTION shows(n int) RETURNS jsonb LANGUAGE sql AS $$ SELECT scim_get_user(id(n)::text) - '{id,meta,schemas,groups}'::text[] $$;
CREATE FUNCTION group_shows(n int) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', g->>'displayName', (SELECT string_agg(num(m->>'value')::text, ' ' ORDER BY num(m->>'value')) FROM jsonb_array_elements(g->'members') m)) FROM scim_get_group(id(n)::text) g $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql RETURN scim_get_user(id(n)::text)#>>'{meta,version}';
CREATE FUNCTION countered(who text, operations jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p now_open;
	answer text;
BEGIN
	SELECT * INTO p FROM now_open ORDER BY number DESC LIMIT 1;
	answer := by(who, format('SELECT scim_review_proposal(%L, ''counter'', %L, ''rather so'', %L)', p.proposal, p.version, operations));
	IF answer NOT LIKE '{%' THEN RETURN told(answer); END IF;
	INSERT INTO now_open (proposal, version) VALUES ((answer::jsonb#>>'{counter,proposal_id}')::uuid, answer::jsonb#>>'{counter,version}');
	RETURN told((answer::jsonb - 'proposal_id' #- '{counter,proposal_id}' #- '{counter,expires_at}')::text);
END $$;
CREATE ROLE regress_hr;
CREATE ROLE regress_board;
CREATE ROLE regress_ann IN ROLE regress_hr;
CREATE ROLE regress_bob IN ROLE regress_hr;
CREATE ROLE regress_cat IN ROLE regress_hr, regress_board;
CREATE ROLE regress_agent;
CREATE ROLE regress_web IN ROLE regress_ann, regress_bob, regress_agent;
CREATE ROLE regress_other;
CREATE ROLE regress_root SUPERUSER;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_hr, regress_agent, regress_other}'::text[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_hr, regress_agent, regress_other;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO regress_hr;
CREATE FUNCTION policy(quorum int, rest jsonb DEFAULT '{}', reviewers jsonb DEFAULT '["regress_hr"]') RETURNS void LANGUAGE sql AS $$
	SELECT scim_set_policy('default', t, jsonb_build_object('review', jsonb_build_object('attributes', '["active", "title", "members"]'::jsonb - CASE t WHEN 'User' THEN 'members' ELSE 'active' END - CASE t WHEN 'Group' THEN 'title' ELSE '' END, 'operations', '["create", "delete"]'::jsonb,
		'reviewers', reviewers, 'quorum', quorum)) || rest) FROM unnest('{User, Group}'::text[]) t $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'active', true) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT policy(2);

-- ---- who decides ----

SELECT propose('agent', 1, set('active', 'false'));
-- the same person by his role, by his login, by a role of his; strangers
SELECT decide('agent', 'approve');
SELECT decide('web/agent', 'approve');
SELECT decide('agent', 'reject'), decide('agent', 'counter', format(', operations => %L', set('active', 'true')));
SELECT decide('other', 'approve'), decide('other', 'reject'), decide('other', 'withdraw');
SELECT decide('ann', 'withdraw');
-- what is asked wrongly
SELECT decide('ann', 'agree'), decide('ann', 'counter'), decide('ann', 'approve', ', operations => ''[]''');
SELECT decide('ann', 'approve', version => '*'), decide('ann', 'approve', version => 'AAAAAAAAAAA='), decide('ann', 'approve', version => 'x');
SELECT told(by('ann', 'SELECT scim_review_proposal(''00000000-0000-4000-8000-000000000000'', ''approve'', ''AAAAAAAAAAA='')'));
SELECT decide('ann', 'approve', format(', %L', repeat('x', 1001)));
SELECT told(by('ann', format('SELECT scim_review_proposal(%L, ''approve'', NULL)', (SELECT proposal FROM now_open))));
-- nothing of it counts
SELECT reviews();

-- ---- the quorum ----

SET scimver.agent = 'the desk';
SELECT decide('ann', 'approve', ', ''left in May''');
RESET scimver.agent;
-- again, and by another login of the same role, and by another role of the same login: one person
SELECT decide('ann', 'approve');
SELECT decide('web/ann', 'approve');
SELECT decide('web/bob', 'approve');
SELECT reviews();
SELECT scim_get_user(id(1)::text)->'active';
-- the second
SELECT decide('cat', 'approve');
SELECT scim_get_user(id(1)::text)->'active';
SELECT reviews();
SELECT decide('ann', 'approve'), decide('agent', 'withdraw');
SELECT operation, told(changed::text), proposal_id = (SELECT proposal FROM now_open) AS by_it, actor = 'regress_cat' AS by_cat FROM scim_history WHERE resource_id = id(1)::text ORDER BY seq DESC LIMIT 1;

-- ---- the resource moved ----

-- elsewhere: approvals outlive that, and what others wrote stays
SELECT propose('agent', 2, set('active', 'false'));
SELECT decide('ann', 'approve');
SELECT change(2, '{"nickName": "Zwei"}');
SELECT decide('cat', 'approve');
SELECT shows(2);
-- part of it is there: the rest is another difference
SELECT propose('agent', 3, set('active', 'false') || set('title', '"Chief"'));
SELECT decide('ann', 'approve');
SELECT change(3, '{"active": false}');
SELECT decide('cat', 'approve');
SELECT reviews();
SELECT decide('ann', 'approve');
SELECT told(changes::text), told(base::text), base_version = version(3) AS of_now FROM scim_proposals p JOIN now_open n ON n.proposal = p.id ORDER BY number DESC LIMIT 1;
SELECT anew();
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT shows(3);
-- all of it is there: nothing is written
SELECT propose('agent', 4, set('title', '"Chief"'));
SELECT change(4, '{"title": "Chief"}');
SELECT count(*) AS entries FROM scim_history WHERE resource_id = id(4)::text \gset
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT applied_version = version(4) AS is_there, (SELECT count(*) FROM scim_history WHERE resource_id = id(4)::text) = :entries AS unwritten FROM scim_proposals p JOIN now_open n ON n.proposal = p.id ORDER BY number DESC LIMIT 1;
-- others changed the same otherwise
SELECT propose('agent', 4, set('title', '"Boss"') || set('nickName', '"Vier"'));
SELECT change(4, '{"title": "Cook"}');
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT reviews();
SELECT decide('ann', 'approve'), decide('bob', 'approve');
SELECT shows(4);
SELECT change(4, '{"title": "Chief"}');
SELECT decide('ann', 'approve'), decide('bob', 'approve');
SELECT shows(4);
-- it is gone
SELECT propose('agent', 5, set('title', '"Boss"'));
SELECT decide('ann', 'approve');
DELETE FROM users WHERE id = id(5);
SELECT decide('cat', 'approve');
SELECT decide('cat', 'approve');

-- ---- deletes and creates ----

SELECT propose('agent', 6, '{"delete": true}');
SELECT decide('ann', 'approve');
SELECT change(6, '{"nickName": "Sechs"}');
-- what was there to be deleted is another one now
SELECT decide('cat', 'approve');
SELECT anew();
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT count(*) FROM users WHERE id = id(6);
SELECT operation, proposal_id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1) AS by_it FROM scim_history WHERE resource_id = id(6)::text ORDER BY seq DESC LIMIT 1;
SELECT propose('agent', 7, '{"delete": true}');
DELETE FROM users WHERE id = id(7);
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT propose('agent', NULL, '{"create": {"userName": "new", "active": true, "emails": [{"value": "n@x", "type": "work"}]}}');
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT told(((scim_list_users('userName eq "new"')#>'{Resources,0}') - '{id,meta}'::text[])::text);
SELECT resource_id = (scim_list_users('userName eq "new"')#>>'{Resources,0,id}') AS is_it, applied_version = (scim_list_users('userName eq "new"')#>>'{Resources,0,meta,version}') AS has_version FROM scim_proposals p JOIN now_open n ON n.proposal = p.id ORDER BY number DESC LIMIT 1;
-- a name that is taken meanwhile: the last approval is not kept
SELECT propose('agent', NULL, '{"create": {"userName": "newer"}}');
INSERT INTO users (id, data) VALUES (id(10), '{"userName": "newer"}');
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT reviews();

-- ---- members ----

INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(1)), (id(11), 'User', id(2));
SELECT propose('agent', 11, '[{"op": "add", "path": "members", "value": [{"value": "#3"}]}, {"op": "remove", "path": "members[value eq \"#1\"]"}, {"op": "replace", "path": "displayName", "value": "G"}]');
SELECT decide('ann', 'approve');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(4));
SELECT decide('cat', 'approve');
SELECT group_shows(11);
-- part of it is done: the rest is another difference
SELECT propose('agent', 11, '[{"op": "add", "path": "members", "value": [{"value": "#1"}]}, {"op": "remove", "path": "members[value eq \"#2\"]"}]');
SELECT decide('ann', 'approve');
DELETE FROM groups_members WHERE member_id = id(2);
SELECT decide('cat', 'approve');
SELECT anew();
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT group_shows(11);
-- all members
SELECT propose('agent', 11, '[{"op": "replace", "path": "members", "value": [{"value": "#1"}, {"value": "#9"}]}]');
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT group_shows(11);
-- a member who is gone
SELECT propose('agent', 11, '[{"op": "add", "path": "members", "value": [{"value": "#8"}]}]');
DELETE FROM users WHERE id = id(8);
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT reviews();

-- a group that is to go, and gets another member
INSERT INTO groups (id, data) VALUES (id(12), '{"displayName": "h"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(12), 'User', id(4));
SELECT propose('agent', 12, '{"delete": true}');
SELECT decide('ann', 'approve');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(12), 'User', id(1));
SELECT decide('cat', 'approve');
SELECT anew();
SELECT decide('ann', 'approve'), decide('cat', 'approve');
SELECT count(*) FROM groups WHERE id = id(12);

-- ---- the rights of who approves last ----

SELECT propose('agent', 9, set('title', '"Boss"'));
SELECT decide('ann', 'approve');
SELECT scim_acquire_lease('User', id(9)::text, 60)->>'lease_id' AS lease \gset
SELECT decide('cat', 'approve');
SELECT reviews();
SELECT scim_release_lease(:'lease');
REVOKE UPDATE ON users FROM regress_hr;
SELECT decide('cat', 'approve') ~ '^(42501|PT403)' AS is_denied;
GRANT UPDATE ON users TO regress_hr;
SELECT policy(2, '{"deny": ["patch"]}');
SELECT decide('cat', 'approve');
SELECT policy(2, '{"may": {"regress_hr": {"operations": ["patch"], "attributes": ["externalId"]}}}');
SELECT decide('cat', 'approve');
SELECT reviews();
-- it is on condition of a version, and exempt is nobody of four eyes
SELECT policy(2, '{"require_version": true, "exempt": ["regress_hr"]}');
SELECT decide('cat', 'approve');
SELECT shows(9);

-- ---- the policy of now ----

SELECT policy(2);
-- who approved, and is no reviewer any more, counts no more
SELECT propose('agent', 9, set('title', '"Cook"'));
SELECT decide('ann', 'approve');
SELECT policy(2, reviewers => '["regress_board"]');
SELECT decide('bob', 'approve');
SELECT decide('cat', 'approve');
SELECT policy(1, reviewers => '["regress_board"]');
SELECT decide('cat', 'approve');
-- shared logins are many persons: each his role
SELECT policy(2, '{"shared_logins": ["regress_web"]}');
SELECT propose('web/agent', 9, set('title', '"Boss"'));
SELECT decide('web/agent', 'approve'), decide('web/ann', 'approve'), decide('web/bob', 'approve');
-- and are not, once they are shared no more
SELECT propose('web/agent', 9, set('title', '"Cook"'));
SELECT decide('web/ann', 'approve');
SELECT policy(2);
SELECT decide('web/bob', 'approve'), decide('web/ann', 'reject');
SELECT decide('cat', 'approve');
SELECT decide('ann', 'approve');
SELECT reviews();
-- a superuser has the roles that he was given: none
SELECT propose('agent', 9, set('title', '"Boss"'));
SELECT decide('root', 'approve');
-- a role that is gone
CREATE ROLE regress_dan IN ROLE regress_hr;
SELECT decide('dan', 'approve');
DROP ROLE regress_dan;
SELECT decide('ann', 'approve');

-- ---- other decisions ----

SELECT decide('ann', 'reject', ', ''no''');
SELECT reviews();
SELECT decide('ann', 'approve');
SELECT propose('agent', 9, set('title', '"Boss"'));
SELECT decide('web/agent', 'withdraw');
SELECT decide('cat', 'approve');
SELECT propose('agent', 9, set('title', '"Boss"'));
UPDATE scim_proposal_rows SET expires_at = clock_timestamp() WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('cat', 'approve'), decide('agent', 'withdraw');
-- a counter: who makes it does not approve it, and who proposed first may
SELECT propose('ann', 9, set('title', '"Boss"'));
SELECT countered('bob', set('title', '"Chief"'));
SELECT decide('ann', 'approve', number => (SELECT max(number) - 1 FROM now_open));
SELECT decide('bob', 'approve'), decide('ann', 'approve'), decide('cat', 'approve');
SELECT told(p.status), parent = (SELECT proposal FROM now_open ORDER BY number DESC OFFSET 1 LIMIT 1) AS is_parent, depth FROM scim_proposal_rows p JOIN now_open n ON n.proposal = p.id ORDER BY number DESC LIMIT 1;

-- ---- without a policy ----

SELECT scim_set_policy('default', 'User', NULL) IS NULL;
SELECT propose('agent', 9, set('title', '"Boss"'));
CREATE ROLE regress_reader;
SELECT scim_grant_tenant('default', 'regress_reader');
GRANT SELECT ON users TO regress_reader;
REVOKE INSERT, UPDATE, DELETE ON users FROM regress_reader;
SELECT decide('agent', 'approve'), decide('reader', 'approve'), decide('reader', 'reject'), decide('other', 'approve');
SELECT shows(9);
-- who may read alone proposes, and does not decide on others
SELECT propose('reader', 9, set('title', '"Cook"'));
SELECT decide('ann', 'approve');

-- what the owner of the table has made of it
SELECT propose('agent', 9, set('title', '"Boss"'));
UPDATE scim_proposal_rows SET base = NULL WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET base = '{}', resource_id = NULL WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET resource_id = id(9)::text, changes = '[1, "x", [], {}]' WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET changes = '[{}]' WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET changes = '[{"to": "x"}]' WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET changes = '{"path": "title"}' WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
UPDATE scim_proposal_rows SET changes = '[{"path": 1, "to": 2}, {"path": "title", "to": {"a": [null]}}, {"path": "members[", "from": null}]' WHERE id = (SELECT proposal FROM now_open ORDER BY number DESC LIMIT 1);
SELECT decide('ann', 'approve');
SELECT decide('ann', 'reject');

-- ---- the history ----

SELECT operation, changed, told(actor) FROM scim_history WHERE resource_type = 'Proposal' AND resource_id = (SELECT proposal::text FROM now_open ORDER BY number DESC LIMIT 1) ORDER BY seq;

DROP OWNED BY regress_hr, regress_board, regress_ann, regress_bob, regress_cat, regress_agent, regress_web, regress_other, regress_root, regress_reader;
DROP ROLE regress_hr, regress_board, regress_ann, regress_bob, regress_cat, regress_agent, regress_web, regress_other, regress_root, regress_reader;
