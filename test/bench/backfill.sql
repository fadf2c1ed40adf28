-- An application's own table, with so many rows (psql's variable "rows"),
-- registered, and not filled yet.
SET client_min_messages = warning;
CREATE TABLE people (
	id bigint PRIMARY KEY,
	login text NOT NULL UNIQUE,
	first_name text,
	last_name text,
	mail text,
	phone text,
	title text,
	department text,
	employee_number text,
	locale varchar(10),
	is_active boolean NOT NULL DEFAULT true,
	logins int NOT NULL DEFAULT 0,
	birthday date,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO people (id, login, first_name, last_name, mail, phone, title, department, employee_number, locale, is_active, birthday)
	SELECT i, 'login' || i, 'Given' || i % 1000, 'Family' || i % 5000, 'login' || i || '@example.com', '+1-555-' || lpad((i % 10000000)::text, 7, '0'),
		'Engineer', 'Department ' || i % 50, 'E' || i, 'en-US', i % 20 <> 0, date '1960-01-01' + (i % 15000)::int
	FROM generate_series(1, :rows) AS i;
VACUUM ANALYZE people;
SELECT scim_register_table('people', 'User', '{"id": "id", "created": "created_at", "lastModified": "updated_at", "attributes": {
	"userName": "login", "name.givenName": "first_name", "name.familyName": "last_name", "emails[type eq \"work\"].value": "mail",
	"phoneNumbers[type eq \"work\"].value": "phone", "title": "title", "locale": "locale", "active": "is_active",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "employee_number"}}', '{"add_columns": true}');
