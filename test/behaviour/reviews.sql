-- Deciding on proposals: who may, what counts, and what the last approval does.
-- what differs by run has a name: PROPOSAL, THEN, V
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(answer,
		'[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', 'PROPOSAL', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g')) $$;
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
	RETURN concat_ws(' ', sqlstate, sqlerrm, detail);
END $$;
CREATE TABLE now_open (number int GENERATED ALWAYS AS IDENTITY, proposal uuid, version text);
GRANT SELECT ON now_open TO PUBLIC;
CREATE FUNCTION propose(who text, n int, operations jsonb, type text DEFAULT 'User', options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c jsonb := (scim_get_resource(type, id(n)::text) - '{id,meta,members,groups}'::text[]);
	v text := scim_get_resource(type, id(n)::text) #>> '{meta,version}';
	changes jsonb;
	u uuid := gen_random_uuid();
BEGIN
	IF operations ? 'delete' THEN changes := jsonb_build_array(jsonb_build_object('from', c));
	ELSIF operations ? 'changes' THEN changes := operations->'changes';
	ELSE changes := (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('path', o->'path', 'from', c->(o->>'path'), 'to', o->'value'))) FROM jsonb_array_elements(operations) o); END IF;
	INSERT INTO scim_proposal_rows (id, tenant_id, resource_type, resource_id, operations, base_version, base, changes, version, proposer, login, status, created_at, expires_at)
	VALUES (u, 'default', type, id(n)::text, operations, v, c, changes, encode(substring(sha256(convert_to(scim_canonical(changes), 'UTF8')) for 8), 'base64'), 'regress_' || coalesce(nullif(split_part(who, '/', 2), ''), who), 'regress_' || split_part(who, '/', 1), 'open', now(), now() + '1 hour');
	INSERT INTO now_open (proposal, version) SELECT id, p.version FROM scim_proposal_rows p WHERE id = u;
	RETURN changes;
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
CREATE ROLE regress_hr;
CREATE ROLE regress_board;
CREATE ROLE regress_ann IN ROLE regress_hr;
CREATE ROLE regress_bob IN ROLE regress_hr;
CREATE ROLE regress_cat IN ROLE regress_hr, regress_board;
CREATE ROLE regress_agent;
CREATE ROLE regress_web IN ROLE regress_ann, regress_bob, regress_agent;
CREATE ROLE regress_other;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_hr, regress_agent, regress_other}'::text[]) r;
GRANT EXECUTE ON FUNCTION scim_set_policy TO regress_hr;
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
