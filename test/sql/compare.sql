-- How values are compared: instants, bytes, what counts as assigned.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null NULL
SET client_min_messages = warning;
SET timezone = 'Etc/GMT-14';
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;

-- every instant is the one that PostgreSQL reads, over all years, leap days and zones
SELECT count(*) FROM (SELECT to_char(instant, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM') AS written, instant
	FROM (SELECT timestamptz '0001-01-02Z' + n * interval '87 days 11 minutes 7.000003 seconds' AS instant FROM generate_series(1, 40000) n) i) w
	WHERE scim_datetime(written) IS DISTINCT FROM instant;
SELECT value, extract(epoch FROM scim_datetime(value)) FROM unnest('{1970-01-01T00:00:00Z,2000-02-29T23:59:59.5-14:00,2024-06-01T12:00:00,2024-06-01T12:00:00.1234567+02:00,1900-02-29T00:00:00Z,2024-06-01,2024-06-01T12:00Z,"2024-06-01T12:00:00 Z",2024-06-01T12:00:00+2,""}'::text[]) value;
SELECT count(*) FROM generate_series(0, 300) n, LATERAL (SELECT substr(sha512(n::text::bytea) || sha512(n::text::bytea), 1, n % 90) AS bytes) b,
	LATERAL (SELECT replace(encode(bytes, 'base64'), E'\n', '') AS text) t, unnest(ARRAY[text, rtrim(text, '='), translate(text, '+/', '-_'), translate(rtrim(text, '='), '+/', '-_')]) way
	WHERE scim_binary(way) IS DISTINCT FROM bytes;
SELECT value, scim_binary(value) FROM unnest('{"",A,AA=A,AAA==,A A=,AAAA=,====}'::text[]) value;
SELECT value, scim_is_assigned(value) FROM unnest('{"null","\"\"","[]","{}","[null]","[\"\", {}]","{\"a\": null}","{\"a\": [{\"b\": \"\"}]}","false","0","\" \"","{\"a\": [{\"b\": false}]}"}'::jsonb[]) value;
ROLLBACK;
