-- What must be so after a round of the races.
--
-- It is judged twice: by what the tables have against what they had before and what the
-- callers were told, and by the history, which knows who wrote what.

-- Each write that somebody asked for, with what he was told; "op" counts those of a caller.
CREATE UNLOGGED TABLE race.writes (caller int, op int, method text, type text, id text, mark text, status text, version text, detail text,
	xid xid8, done boolean);
CREATE UNLOGGED TABLE race.after (LIKE race.before);
CREATE UNLOGGED TABLE race.recorded (xid xid8, operation text, type text, id text, version text, previous_version text);

-- How often who was told what, and why not.
CREATE TABLE race.tally (clean boolean, caller text, method text, status text, count bigint, PRIMARY KEY (clean, caller, method, status));
CREATE TABLE race.reasons (status text, detail text, count bigint, PRIMARY KEY (status, detail));

-- ---- what was told ----

CREATE FUNCTION race.raw(version text) RETURNS text LANGUAGE sql IMMUTABLE RETURN coalesce(substring(version FROM '^W/"(.*)"$'), version);

-- An answer, by whatever way it came.
CREATE FUNCTION race.content(answer jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	CASE WHEN answer ? 'http' THEN answer -> 'answer' WHEN answer ? 'content' THEN answer -> 'content' ELSE answer END;

CREATE FUNCTION race.mark(caller int, op bigint) RETURNS text LANGUAGE sql STABLE RETURN
	format('r%s c%s o%s', (SELECT number FROM race.round), caller, op);

CREATE FUNCTION race.read_bulks() RETURNS void LANGUAGE sql AS $$
	INSERT INTO race.writes
	SELECT caller, op, operation ->> 'method', rtrim(place[2], 's'), coalesce(place[3], substring(entry ->> 'location' FROM '[^/]*$')), race.mark(caller, op),
		entry ->> 'status', race.raw(entry ->> 'version'), entry #>> '{response,detail}', xid, coalesce(entry ->> 'status' LIKE '2__', false)
	FROM race.asked JOIN race.told USING (caller, n), jsonb_array_elements(request -> 'Operations') WITH ORDINALITY AS o (operation, op)
		LEFT JOIN LATERAL (SELECT entry FROM jsonb_array_elements(race.content(answer) -> 'Operations') AS entry
			WHERE entry ->> 'bulkId' = operation ->> 'bulkId') AS e ON true,
		string_to_array(operation ->> 'path', '/') AS place
	WHERE method = 'BULK' $$;

CREATE FUNCTION race.read_singles() RETURNS void LANGUAGE sql AS $$
	INSERT INTO race.writes
	SELECT caller, n, method, type, coalesce(id, content ->> 'id', content #>> '{}'), CASE WHEN sql LIKE '%' || race.mark(caller, n) || '"%' THEN race.mark(caller, n) END,
		status, race.raw(coalesce(content #>> '{meta,version}', content ->> '_version')), coalesce(message, content ->> 'error', content ->> 'detail'), xid, status LIKE '2__'
	FROM race.asked JOIN race.told USING (caller, n), race.content(answer) AS content,
		LATERAL (SELECT CASE WHEN answer ? 'http' THEN answer ->> 'http' WHEN answer ->> 'success' = 'false' THEN content ->> 'error_code'
			WHEN state = '00000' THEN '200' ELSE regexp_replace(state, '^PT', '') END) AS s (status)
	WHERE method <> 'BULK' AND (state <> '00000' OR answer IS NOT NULL AND answer <> 'null') $$;

CREATE FUNCTION race.read_round() RETURNS void LANGUAGE sql AS $$
	DELETE FROM race.writes;
	DELETE FROM race.after;
	DELETE FROM race.recorded;
	SELECT race.read_bulks(), race.read_singles();
	INSERT INTO race.after SELECT * FROM race.now;
	INSERT INTO race.recorded SELECT xid, operation, resource_type, resource_id, version, previous_version FROM scim_history_rows
		WHERE xid > (SELECT since FROM race.round) AND operation <> 'refused';
	INSERT INTO race.tally SELECT clean, CASE WHEN caller > 2 THEN 'single' ELSE 'bulk' END, method, coalesce(status, 'not reached'), count(*) FROM race.writes, race.round GROUP BY 1, 2, 3, 4
		ON CONFLICT (clean, caller, method, status) DO UPDATE SET count = tally.count + excluded.count;
	INSERT INTO race.reasons SELECT coalesce(status, ''), regexp_replace(split_part(coalesce(detail, ''), E'\n', 1), '[0-9a-f-]{36}|\d+', '#', 'g'), count(*) FROM race.writes WHERE NOT done GROUP BY 1, 2
		ON CONFLICT (status, detail) DO UPDATE SET count = reasons.count + excluded.count $$;

-- ---- by the answers ----

-- Statuses that tell of a race that was lost, or of the end of a bulk; no others.
CREATE FUNCTION race.unforeseen() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('bulk %s: %s %s', caller, state, coalesce(message, left(answer::text, 1000))) FROM race.told
	WHERE caller <= 2 AND (state <> '00000' OR answer ->> 'http' <> '200' OR answer ->> 'success' = 'false' OR jsonb_typeof(race.content(answer) -> 'Operations') IS DISTINCT FROM 'array')
	UNION ALL
	SELECT format('caller %s, operation %s: %s of %s %s: %s %s', caller, op, w.method, w.type, w.id, status, detail) FROM race.round, race.writes AS w JOIN race.asked AS a USING (caller)
	WHERE n = CASE WHEN caller <= 2 THEN 1 ELSE op END AND CASE
		WHEN done THEN status <> CASE WHEN caller > 2 THEN '200' WHEN w.method = 'POST' THEN '201' WHEN w.method = 'DELETE' THEN '204' ELSE '200' END
			AND NOT (w.method = 'PATCH' AND status = '204')
		WHEN clean THEN true
		WHEN status IS NULL THEN NOT request ? 'failOnErrors'
		ELSE status NOT IN ('400', '409', '404', '424') OR (status = '404' AND w.method = 'POST') OR (status = '400' AND w.type <> 'Group' AND w.method <> 'POST')
			OR (status = '424' AND NOT atomic) END
	UNION ALL
	SELECT format('bulk %s is atomic: %s entries are done, %s failed, %s were undone', caller, done, failed, undone)
	FROM (SELECT caller, count(*) FILTER (WHERE done) AS done, count(*) FILTER (WHERE NOT done AND status <> '424') AS failed, count(*) FILTER (WHERE status = '424') AS undone
		FROM race.writes JOIN race.asked USING (caller) WHERE atomic GROUP BY caller) AS c
	WHERE (done, failed, undone) NOT IN ((40, 0, 0), (0, 1, 39))
	UNION ALL
	-- of two who manage one another both fail at once
	SELECT format('bulk %s had %s errors, %s operations were not reached', caller, failed, missing)
	FROM (SELECT caller, count(*) FILTER (WHERE NOT done AND status IS NOT NULL) AS failed, count(*) FILTER (WHERE status IS NULL) AS missing,
			bool_or(detail LIKE '%"pair-_"%') AS circle
		FROM race.writes JOIN race.asked USING (caller) WHERE request ? 'failOnErrors' GROUP BY caller) AS c
	WHERE failed > CASE WHEN circle THEN 5 ELSE 4 END OR (missing > 0 AND failed < 4) $$;

-- Who is there, and who is not, is what somebody was told.
CREATE FUNCTION race.unexplained() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s is there, though nobody made it (%s)', type, id, mark) FROM race.after
	WHERE NOT EXISTS (SELECT FROM race.before WHERE before.id = after.id AND before.type = after.type)
		AND NOT EXISTS (SELECT FROM race.writes WHERE done AND method IN ('POST', 'RESTORE') AND writes.id = after.id AND writes.type = after.type)
	UNION ALL
	SELECT format('%s %s is gone, though nobody deleted it', type, id) FROM (SELECT type, id FROM race.before UNION SELECT type, id FROM race.writes WHERE done AND method = 'POST') AS b
	WHERE NOT EXISTS (SELECT FROM race.after WHERE after.id = b.id AND after.type = b.type)
		AND NOT EXISTS (SELECT FROM race.writes WHERE done AND method = 'DELETE' AND writes.id = b.id AND writes.type = b.type)
	UNION ALL
	SELECT format('%s %s is there, though it was deleted', type, id) FROM race.after
	WHERE EXISTS (SELECT FROM race.writes WHERE done AND method = 'DELETE' AND writes.id = after.id AND writes.type = after.type)
		AND NOT EXISTS (SELECT FROM race.writes WHERE done AND method = 'RESTORE' AND writes.id = after.id AND writes.type = after.type)
	UNION ALL
	SELECT format('%s %s has the mark of a write that was not done: %s', type, id, a.mark) FROM race.after AS a
	WHERE a.mark LIKE (SELECT format('r%s c%%', number) FROM race.round) AND NOT EXISTS (SELECT FROM race.writes WHERE done AND writes.mark = a.mark)
	UNION ALL
	SELECT format('%s %s has version %s, of which nobody was told', type, id, version) FROM race.after
	WHERE type <> 'Group' AND NOT EXISTS (SELECT FROM race.writes WHERE done AND (writes.type, writes.id, writes.version) = (after.type, after.id, after.version))
		AND NOT EXISTS (SELECT FROM race.before WHERE (before.type, before.id, before.version) = (after.type, after.id, after.version))
	UNION ALL
	SELECT format('%s %s has version %s and mark %s, not that of %s', type, id, version, a.mark, w.mark) FROM race.after AS a JOIN race.writes AS w USING (type, id, version)
	WHERE w.done AND w.mark IS NOT NULL AND w.mark <> a.mark $$;

-- ---- by the history ----

-- What was told as done is recorded, once, in the same transaction, and nothing else but the
-- groups that lost who was deleted.
CREATE FUNCTION race.untold() RETURNS SETOF text LANGUAGE sql AS $$
	WITH told AS (SELECT xid, CASE method WHEN 'POST' THEN 'create' WHEN 'DELETE' THEN 'delete' WHEN 'RESTORE' THEN coalesce(
				(SELECT operation FROM race.recorded AS r WHERE (r.xid, r.type, r.id, r.version) = (w.xid, w.type, w.id, w.version) LIMIT 1), 'update') ELSE 'update' END AS operation,
			type, id, CASE WHEN method <> 'DELETE' THEN version END AS version FROM race.writes AS w WHERE done),
		recorded AS (SELECT xid, operation, type, id, CASE WHEN operation <> 'delete' THEN version END AS version FROM race.recorded)
	SELECT format('nobody was told of it: %s', u) FROM (TABLE recorded EXCEPT ALL TABLE told) AS u
	WHERE NOT (u.type = 'Group' AND u.operation = 'update' AND EXISTS (SELECT FROM told WHERE told.xid = u.xid AND told.operation = 'delete'))
	UNION ALL
	SELECT format('it was told, and is not recorded: %s', u) FROM (TABLE told EXCEPT ALL TABLE recorded) AS u
	WHERE NOT (u.operation = 'update' AND (EXISTS (SELECT FROM race.recorded AS r WHERE (r.type, r.id) = (u.type, u.id) AND u.version IN (r.version, r.previous_version))
		OR EXISTS (SELECT FROM race.before WHERE (before.type, before.id, before.version) = (u.type, u.id, u.version)))) $$;

-- The changes of each resource lead from what it was to what it is: what it was, and all that
-- it became, is what was left behind, and what it is.
CREATE FUNCTION race.broken() RETURNS SETOF text LANGUAGE sql AS $$
	WITH ids AS (SELECT type, id FROM race.before UNION SELECT type, id FROM race.after UNION SELECT type, id FROM race.recorded),
		became AS (SELECT type, id, coalesce(version, 'gone') AS version FROM ids LEFT JOIN race.before USING (type, id)
			UNION ALL SELECT type, id, CASE operation WHEN 'delete' THEN 'gone' ELSE version END FROM race.recorded),
		was_left AS (SELECT type, id, coalesce(version, 'gone') AS version FROM ids LEFT JOIN race.after USING (type, id)
			UNION ALL SELECT type, id, CASE operation WHEN 'create' THEN 'gone' ELSE previous_version END FROM race.recorded)
	SELECT format('it was, and is not: %s', b) FROM (TABLE became EXCEPT ALL TABLE was_left) AS b
	UNION ALL SELECT format('it is, and never became: %s', w) FROM (TABLE was_left EXCEPT ALL TABLE became) AS w $$;

-- ---- the judge ----

CREATE FUNCTION race.unsound() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('scim_check_table: %s: %s', relation, c) FROM (VALUES ('users'::regclass), ('groups'), ('devices')) AS t (relation), scim_check_table(relation) AS c
	WHERE c.problem <> 'limit' $$;

CREATE FUNCTION race.judge(round int) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM race.read_round();
	RETURN QUERY SELECT race.unforeseen() UNION ALL SELECT race.unexplained() UNION ALL SELECT race.untold() UNION ALL SELECT race.broken();
	IF round % 20 = 0 THEN RETURN QUERY SELECT race.unsound(); END IF;
END $$;

-- ---- the end ----

-- When those who raced are gone, and have said so.
CREATE FUNCTION race.deadlocks() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()) LOOP
		PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
	END LOOP;
	RETURN (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database());
END $$;

CREATE FUNCTION race.tallied() RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(caller, methods) FROM (
		SELECT caller, jsonb_object_agg(method, statuses) AS methods FROM (
			SELECT caller, method, jsonb_object_agg(status, count) AS statuses FROM (
				SELECT caller, method, status, sum(count) AS count FROM race.tally GROUP BY 1, 2, 3) AS s GROUP BY 1, 2) AS m GROUP BY 1) AS c $$;
