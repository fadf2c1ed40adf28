-- What is applied is what was approved: of random users and groups, one is proposed to become
-- another, while others change what it does not touch.
\i :behaviour/random.sql
CREATE ROLE regress_desk;
CREATE ROLE regress_chief;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_desk, regress_chief}'::text[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_desk, regress_chief;
SELECT scim_set_policy('default', type, jsonb_build_object('review', jsonb_build_object('attributes', '["*"]'::jsonb, 'reviewers', '["regress_chief"]'::jsonb), 'exempt', jsonb_build_array(current_user))) IS NOT NULL FROM unnest('{User, Group}'::text[]) type;
CREATE TABLE tried (type text, changes jsonb, good boolean, answer jsonb);
-- from one to the other by a proposal; nothing is left to be done then
CREATE FUNCTION try(type text, one jsonb, other jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	a jsonb := scim_create_resource(type, one);
	id text := a->>'id';
	elsewhere jsonb := CASE type WHEN 'User' THEN '{"profileUrl": "https://x/y"}' ELSE '{"externalId": "E"}' END;
	meanwhile text;
	p jsonb;
	answer jsonb;
	done text;
	good boolean;
BEGIN
	SET LOCAL SESSION AUTHORIZATION regress_desk;
	p := scim_update_resource(type, id, other, on_conflict => 'propose');
	RESET SESSION AUTHORIZATION;
	-- what is there already is no proposal
	IF p ? 'proposal_id' THEN
		meanwhile := scim_patch_resource(type, id, jsonb_build_array(jsonb_build_object('op', 'add', 'value', elsewhere))) #>> '{meta,version}';
		SET LOCAL SESSION AUTHORIZATION regress_chief;
		answer := scim_review_proposal((p->>'proposal_id')::uuid, 'approve', p->>'version');
		RESET SESSION AUTHORIZATION;
		done := scim_get_resource(type, id) #>> '{meta,version}';
		good := answer->>'status' = 'applied' AND answer->>'applied_version' = done
			AND scim_diff(type, id, meanwhile, done)->'changes' = p->'changes'
			AND scim_update_resource(type, id, other || elsewhere) #>> '{meta,version}' = done;
		INSERT INTO tried VALUES (type, p->'changes', good, answer);
	END IF;
	PERFORM scim_delete_resource(type, id);
END $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'member' || n) FROM generate_series(1, 8) n;
SELECT count(try('User', person(), person())) FROM (SELECT setseed(0.21)) s, generate_series(1, 100);
SELECT count(try('Group', team(), team())) FROM (SELECT setseed(0.21)) s, generate_series(1, 40);
SELECT type, count(*) > 30 AS many, count(*) FILTER (WHERE good IS NOT TRUE) AS bad FROM tried GROUP BY type ORDER BY type;
SELECT * FROM tried WHERE good IS NOT TRUE LIMIT 3;
-- of all kinds there were some
SELECT count(*) FILTER (WHERE path ~ '\[type eq .*\]\.') > 10 AS by_type, count(*) FILTER (WHERE path ~ '^emails\[.*\]$') > 5 AS gone, count(*) FILTER (WHERE path = 'emails' AND change ? 'from') > 5 AS whole,
	count(*) FILTER (WHERE path ~ '2.0:User$') > 5 AS extensions, count(*) FILTER (WHERE path ~ '^members\[') > 20 AS members
	FROM tried, jsonb_array_elements(changes) AS change, LATERAL (SELECT change->>'path') p(path);
DROP OWNED BY regress_desk, regress_chief;
DROP ROLE regress_desk, regress_chief;
