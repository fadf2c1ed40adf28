-- The employees of a personnel department: a natural key of two columns, with a
-- surrogate beside it; codes, a generated column, an enum, a domain, an array,
-- and triggers of the application's own, before and after each row.

CREATE TYPE employment AS ENUM ('permanent', 'temporary', 'external');
CREATE DOMAIN mail_address AS text CHECK (VALUE LIKE '%_@_%');

CREATE TABLE employees (
	company varchar(4) NOT NULL,
	personnel_no integer NOT NULL CHECK (personnel_no > 0),
	person_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
	login text,
	family_name text NOT NULL,
	given_name text,
	full_name text GENERATED ALWAYS AS (coalesce(given_name || ' ', '') || family_name) STORED,
	status char(1) NOT NULL DEFAULT 'A' CHECK (status IN ('A', 'L', 'X')),
	contract employment NOT NULL DEFAULT 'permanent',
	mail mail_address,
	mobile text,
	department text,
	cost_center varchar(8),
	reports_to uuid REFERENCES employees (person_id) ON DELETE SET NULL,
	salary numeric(10, 2),
	hired date NOT NULL DEFAULT current_date,
	changed_at timestamp,
	scim_version text,
	scim_extra jsonb,
	PRIMARY KEY (company, personnel_no)
);
CREATE UNIQUE INDEX employees_login ON employees (lower(login));

CREATE FUNCTION employees_tidy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	new.login := lower(btrim(new.login));
	RETURN new;
END $$;
CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON employees FOR EACH ROW EXECUTE FUNCTION employees_tidy();

CREATE TABLE employees_log (personnel_no integer, what text, columns text[]);
CREATE FUNCTION employees_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO employees_log SELECT new.personnel_no, tg_op, (SELECT array_agg(n.key ORDER BY n.key)
		FROM jsonb_each(to_jsonb(new)) AS n WHERE n.value IS DISTINCT FROM to_jsonb(old) -> n.key);
	RETURN NULL;
END $$;
CREATE TRIGGER log AFTER UPDATE ON employees FOR EACH ROW EXECUTE FUNCTION employees_log();

INSERT INTO employees (company, personnel_no, person_id, login, family_name, given_name, status, contract, mail, mobile, department, cost_center,
		reports_to, salary, hired) VALUES
	('ACME', 1, '00000000-0000-4000-8000-000000000001', 'ALovelace ', 'Lovelace', 'Ada', 'A', 'permanent', 'ada@acme.example', '+49 171 1',
		'Research', '4100', NULL, 9000.00, '2015-12-10'),
	('ACME', 2, '00000000-0000-4000-8000-000000000002', 'ghopper', 'Hopper', 'Grace', 'A', 'external', 'grace@acme.example', NULL,
		'Research', '4100', '00000000-0000-4000-8000-000000000001', 8000.50, '2016-12-09'),
	('BETA', 1, '00000000-0000-4000-8000-000000000003', NULL, 'Madonna', NULL, 'X', 'temporary', NULL, NULL,
		NULL, NULL, NULL, NULL, '2017-01-01');
