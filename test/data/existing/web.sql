-- The users and groups of a web framework (Django's auth application, as its
-- migrations make them): serial ids, text that is never NULL but often empty,
-- indexes for LIKE, foreign keys that are checked at the commit.

CREATE TABLE auth_user (
	id serial PRIMARY KEY,
	password varchar(128) NOT NULL,
	last_login timestamptz,
	is_superuser boolean NOT NULL,
	username varchar(150) NOT NULL UNIQUE,
	first_name varchar(150) NOT NULL,
	last_name varchar(150) NOT NULL,
	email varchar(254) NOT NULL,
	is_staff boolean NOT NULL,
	is_active boolean NOT NULL,
	date_joined timestamptz NOT NULL
);
CREATE INDEX auth_user_username_6821ab7c_like ON auth_user (username varchar_pattern_ops);

CREATE TABLE auth_group (
	id serial PRIMARY KEY,
	name varchar(150) NOT NULL UNIQUE
);
CREATE INDEX auth_group_name_a6ea08ec_like ON auth_group (name varchar_pattern_ops);

CREATE TABLE auth_user_groups (
	id bigserial PRIMARY KEY,
	user_id integer NOT NULL,
	group_id integer NOT NULL,
	CONSTRAINT auth_user_groups_user_id_group_id_94350c0c_uniq UNIQUE (user_id, group_id),
	CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id
		FOREIGN KEY (user_id) REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED,
	CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id
		FOREIGN KEY (group_id) REFERENCES auth_group (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX auth_user_groups_user_id_6a12ed8b ON auth_user_groups (user_id);
CREATE INDEX auth_user_groups_group_id_97559544 ON auth_user_groups (group_id);

INSERT INTO auth_user (password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES
	('pbkdf2_sha256$600000$x', '2026-03-01 08:15:00+00', true, 'Root', '', '', 'root@example.org', true, true, '2019-05-01 00:00:00+00'),
	('pbkdf2_sha256$600000$y', '2026-11-20 17:03:11.25+00', false, 'ada', 'Ada', 'Lovelace', 'ada@example.org', true, true, '2020-01-02 03:04:05+00'),
	('!', NULL, false, 'grace', 'Grace', 'Hopper', '', false, true, '2021-12-09 10:00:00+00'),
	('!', NULL, false, 'gone', 'Old', 'Timer', 'old@example.org', false, false, '2019-06-01 00:00:00+00');
INSERT INTO auth_group (name) VALUES ('editors'), ('Reviewers'), ('nobody');
INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (2, 1), (2, 2), (3, 2);
