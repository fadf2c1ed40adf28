-- The agents of a help desk: ids are texts whose default is empty, since the
-- application makes them; a text for everything, empty where there is nothing; its
-- teams, and who is in them, without a foreign key; tickets that belong to an agent.

CREATE TABLE agents (
	id text PRIMARY KEY DEFAULT '',
	login text NOT NULL DEFAULT '',
	full_name text NOT NULL DEFAULT '',
	mail text NOT NULL DEFAULT '',
	enabled boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX agents_login ON agents (lower(login));
CREATE TABLE teams (id text PRIMARY KEY DEFAULT '', title text NOT NULL DEFAULT '' UNIQUE);
CREATE TABLE team_agents (team text NOT NULL DEFAULT '', agent text NOT NULL DEFAULT '', PRIMARY KEY (team, agent));
CREATE TABLE tickets (no serial PRIMARY KEY, owner text REFERENCES agents, subject text);

INSERT INTO agents (id, login, full_name, mail) VALUES ('AL', 'ada', 'Ada Lovelace', 'ada@desk.example'), ('GH', 'grace', '', ''), ('al', 'other', 'A. L.', '');
INSERT INTO teams VALUES ('first', 'First level'), ('second', 'Second level'), ('empty', '');
INSERT INTO team_agents VALUES ('first', 'AL'), ('first', 'GH'), ('second', 'al');
INSERT INTO tickets (owner, subject) VALUES ('GH', 'A moth in relay 70');
