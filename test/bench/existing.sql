-- Employees as an application keeps them, 15 columns, :users of them, twice:
-- registered, with two columns more (version and revision), and bare.

CREATE EXTENSION scimver CASCADE;
CREATE TABLE staff (
	id bigserial PRIMARY KEY,
	login text NOT NULL,
	first_name text,
	last_name text,
	nick_name text,
	title text,
	email varchar(254),
	mobile text,
	department text,
	cost_center text,
	locale text,
	status char(1) NOT NULL DEFAULT 'A',
	salary numeric(10, 2),
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX staff_login ON staff (lower(login));
CREATE INDEX ON staff (email);
CREATE INDEX ON staff (department);
INSERT INTO staff (login, first_name, last_name, nick_name, title, email, mobile, department, cost_center, locale, salary)
	SELECT d ->> 'userName', d #>> '{name,givenName}', d #>> '{name,familyName}', d ->> 'nickName', d ->> 'title', d #>> '{emails,0,value}', d #>> '{phoneNumbers,1,value}',
		e ->> 'department', e ->> 'costCenter', d ->> 'locale', 5000 + i % 1000
	FROM generate_series(1, :users) AS i, LATERAL bench_user(i) AS d, LATERAL (SELECT d -> 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User') AS x (e);
CREATE TABLE staff_bare (LIKE staff INCLUDING ALL) WITH (fillfactor = 80);
INSERT INTO staff_bare SELECT * FROM staff;

CREATE FUNCTION bench_register(options jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT scim_register_table('staff', 'User', '{
		"id": "id",
		"created": "created_at",
		"lastModified": "updated_at",
		"attributes": {
			"userName": "login",
			"name.givenName": "first_name",
			"name.familyName": "last_name",
			"nickName": "nick_name",
			"title": "title",
			"emails[type eq \"work\"].value": "email",
			"phoneNumbers[type eq \"mobile\"].value": "mobile",
			"locale": "locale",
			"active": {"column": "status", "values": {"A": true, "X": false}},
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department",
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "cost_center"}}', options)
$$;
SELECT bench_register('{"add_columns": true}');
CALL scim_backfill('staff', 10000);

-- A team of up to 10,000, of the first half of all: its members are summed up, as
-- it has a column for the version alone.
CREATE TABLE teams (id bigint PRIMARY KEY, name text NOT NULL, version text);
CREATE TABLE teams_staff (team bigint REFERENCES teams, person bigint REFERENCES staff, PRIMARY KEY (team, person));
INSERT INTO teams VALUES (1, 'Large');
INSERT INTO teams_staff SELECT 1, id FROM staff ORDER BY id LIMIT least(:users / 2, 10000);
CREATE TABLE teams_staff_bare (LIKE teams_staff INCLUDING ALL);
INSERT INTO teams_staff_bare SELECT * FROM teams_staff;
CREATE FUNCTION bench_register_teams(options jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}', options);
	SELECT scim_register_members('teams_staff', 'team', 'person')
$$;

-- what test/bench/rate.c reads before it begins
CREATE VIEW users AS SELECT 'default' AS tenant_id, id, scim_get_user(id::text) #>> '{meta,version}' AS version, scim_get_user(id::text) AS data FROM staff;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff, staff_bare, users, teams, teams_staff, teams_staff_bare TO agent;
VACUUM (ANALYZE);
