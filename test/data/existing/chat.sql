-- The users, channels and channel members of a chat server (Mattermost's
-- tables): ids of 26 characters that the application makes, times as
-- milliseconds since 1970, and rows that are marked instead of deleted (0: live).
-- Channels are groups; a membership carries much that is no business of ours.

CREATE TABLE users (
	id varchar(26) PRIMARY KEY,
	createat bigint,
	updateat bigint,
	deleteat bigint,
	username varchar(64) UNIQUE,
	password varchar(128),
	authdata varchar(128) UNIQUE,
	authservice varchar(32),
	email varchar(128) UNIQUE,
	emailverified boolean,
	nickname varchar(64),
	firstname varchar(64),
	lastname varchar(64),
	position varchar(128),
	roles varchar(256),
	allowmarketing boolean,
	props varchar(4000),
	notifyprops varchar(2000),
	lastpasswordupdate bigint,
	lastpictureupdate bigint,
	failedattempts integer,
	locale varchar(5),
	timezone varchar(256),
	mfaactive boolean,
	mfasecret varchar(128)
);
CREATE INDEX idx_users_update_at ON users (updateat);
CREATE INDEX idx_users_create_at ON users (createat);
CREATE INDEX idx_users_delete_at ON users (deleteat);
CREATE INDEX idx_users_email_lower_textpattern ON users (lower(email) text_pattern_ops);
CREATE INDEX idx_users_username_lower_textpattern ON users (lower(username) text_pattern_ops);
CREATE INDEX idx_users_nickname_lower_textpattern ON users (lower(nickname) text_pattern_ops);

CREATE TYPE channel_type AS ENUM ('P', 'G', 'O', 'D');
CREATE TABLE channels (
	id varchar(26) PRIMARY KEY,
	createat bigint,
	updateat bigint,
	deleteat bigint,
	teamid varchar(26),
	type channel_type,
	displayname varchar(64),
	name varchar(64),
	header varchar(1024),
	purpose varchar(250),
	lastpostat bigint,
	totalmsgcount bigint,
	extraupdateat bigint,
	creatorid varchar(26),
	schemeid varchar(26),
	groupconstrained boolean,
	UNIQUE (name, teamid)
);
CREATE INDEX idx_channels_displayname_lower ON channels (lower(displayname));

CREATE TABLE channelmembers (
	channelid varchar(26) NOT NULL,
	userid varchar(26) NOT NULL,
	roles varchar(256),
	lastviewedat bigint,
	msgcount bigint,
	mentioncount bigint,
	notifyprops varchar(2000),
	lastupdateat bigint,
	schemeuser boolean,
	schemeadmin boolean,
	schemeguest boolean,
	PRIMARY KEY (channelid, userid)
);
CREATE INDEX idx_channelmembers_user_id_channel_id_last_viewed_at ON channelmembers (userid, channelid, lastviewedat);

INSERT INTO users (id, createat, updateat, deleteat, username, password, authdata, email, emailverified, nickname, firstname, lastname,
		position, roles, props, notifyprops, failedattempts, locale) VALUES
	('u1aaaaaaaaaaaaaaaaaaaaaaaa', 1577934245000, 1577934245000, 0, 'ada', '$2a$10$x', NULL, 'Ada@example.org', true, '', 'Ada', 'Lovelace',
		'Engineer', 'system_user', '{}', '{"email":"true"}', 0, 'en'),
	('u2bbbbbbbbbbbbbbbbbbbbbbbb', 1577934246123, 1600000000000, 0, 'grace', '', 'grace-1', 'grace@example.org', true, 'Amazing', 'Grace', 'Hopper',
		'', 'system_user system_admin', '{}', '{}', 3, 'en'),
	('u3cccccccccccccccccccccccc', 1577934247000, 1610000000000, 1610000000000, 'gone', '', NULL, 'gone@example.org', false, '', 'Old', 'Timer',
		'', 'system_user', '{}', '{}', 0, 'de');
INSERT INTO channels (id, createat, updateat, deleteat, teamid, type, displayname, name, header, purpose, lastpostat, totalmsgcount, creatorid) VALUES
	('c1dddddddddddddddddddddddd', 1577934245000, 1577934245000, 0, '', 'O', 'Town Square', 'town-square', '', '', 0, 0, ''),
	('c2eeeeeeeeeeeeeeeeeeeeeeee', 1577934245000, 1577934245000, 0, '', 'P', 'Release', 'release', '', '', 0, 0, 'u1aaaaaaaaaaaaaaaaaaaaaaaa'),
	('c3ffffffffffffffffffffffff', 1577934245000, 1610000000000, 1610000000000, '', 'O', 'Archived', 'archived', '', '', 0, 0, '');
INSERT INTO channelmembers (channelid, userid, roles, lastviewedat, msgcount, mentioncount, notifyprops, lastupdateat, schemeuser) VALUES
	('c1dddddddddddddddddddddddd', 'u1aaaaaaaaaaaaaaaaaaaaaaaa', '', 0, 0, 0, '{}', 0, true),
	('c1dddddddddddddddddddddddd', 'u2bbbbbbbbbbbbbbbbbbbbbbbb', '', 0, 0, 0, '{}', 0, true),
	('c1dddddddddddddddddddddddd', 'u3cccccccccccccccccccccccc', '', 0, 0, 0, '{}', 0, true),
	('c2eeeeeeeeeeeeeeeeeeeeeeee', 'u1aaaaaaaaaaaaaaaaaaaaaaaa', '', 0, 0, 0, '{}', 0, true);
