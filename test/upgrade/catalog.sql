-- The catalog as text, a line for each object that is not the server's own, without what
-- differs between two databases anyhow (OIDs, files, statistics, positions in scripts,
-- options of columns that some servers count in).
-- Columns are taken as the server has them, so that none is forgotten; "extension"
-- marks the members of scimver.

\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset fieldsep '|'
SET search_path = pg_catalog;

-- Who may do what, in one order; what nobody changed is said, too.
CREATE FUNCTION pg_temp.rights(rights aclitem[], kind "char", owner oid) RETURNS text
	LANGUAGE sql
RETURN (SELECT string_agg(concat(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ' ', privilege_type,
	CASE WHEN is_grantable THEN '*' END, ' by ', grantor::regrole), ', ' ORDER BY 1, 1)
	FROM (SELECT * FROM aclexplode(coalesce(rights, acldefault(kind, owner))) ORDER BY grantee::regrole::text, privilege_type, grantor) a);

-- A row of a catalog without what is a number here and another one there.
CREATE FUNCTION pg_temp.facts(entry jsonb, VARIADIC others text[]) RETURNS text
	LANGUAGE sql
RETURN (SELECT string_agg(key || '=' || value, ' ' ORDER BY key COLLATE "C") FROM jsonb_each_text(entry - others - 'oid'::text) WHERE value <> '');

CREATE TEMPORARY TABLE members AS
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'scimver';

CREATE TEMPORARY TABLE found AS
WITH spaces AS (
	SELECT oid, nspname FROM pg_namespace
	WHERE nspname !~ '^pg_(catalog|toast|temp)' AND nspname <> 'information_schema'
), relations AS (
	SELECT c.* FROM pg_class c JOIN spaces s ON c.relnamespace = s.oid
)
-- functions
SELECT 'pg_proc'::regclass AS class, p.oid, 0 AS part, concat('function ', p.oid::regprocedure) AS name,
	concat_ws(' ', pg_temp.facts(to_jsonb(p), 'pronamespace', 'proowner', 'prolang', 'proargtypes', 'prorettype', 'proallargtypes',
			'provariadic', 'prosupport', 'proacl', 'proargdefaults', 'prosqlbody'),
		p.proowner::regrole, (SELECT lanname FROM pg_language WHERE oid = p.prolang), p.prosupport, pg_get_function_arguments(p.oid),
		'returns', pg_get_function_result(p.oid), pg_get_function_sqlbody(p.oid), 'rights', pg_temp.rights(p.proacl, 'f', p.proowner)) AS facts
	FROM pg_proc p JOIN spaces s ON p.pronamespace = s.oid
-- relations
UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, concat('relation ', c.oid::regclass),
	concat_ws(' ', pg_temp.facts(to_jsonb(c), 'relnamespace', 'reltype', 'reloftype', 'relowner', 'relam', 'relfilenode', 'relpages', 'reltuples',
			'relallvisible', 'relallfrozen', 'reltoastrelid', 'relfrozenxid', 'relminmxid', 'relacl', 'relrewrite', 'relpartbound'),
		c.relowner::regrole, (SELECT amname FROM pg_am WHERE oid = c.relam), pg_get_expr(c.relpartbound, c.oid), 'toast', c.reltoastrelid <> 0,
		CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid)
			WHEN c.relkind = 'S' THEN (SELECT pg_temp.facts(to_jsonb(q), 'seqrelid', 'seqtypid') || ' ' || q.seqtypid::regtype FROM pg_sequence q WHERE q.seqrelid = c.oid) END,
		'rights', CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') THEN pg_temp.rights(c.relacl, CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner) END)
	FROM relations c
UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, concat('index ', i.indexrelid::regclass),
	pg_temp.facts(to_jsonb(i), 'indexrelid', 'indrelid', 'indcollation', 'indclass', 'indexprs', 'indpred', 'indcheckxmin')
	FROM relations c JOIN pg_index i ON i.indrelid = c.oid
UNION ALL SELECT 'pg_class'::regclass, c.oid, a.attnum, concat('column ', c.oid::regclass, '.', quote_ident(a.attname)),
	concat_ws(' ', pg_temp.facts(to_jsonb(a), 'attrelid', 'atttypid', 'attcacheoff', 'attcollation', 'atthasmissing', 'attmissingval', 'attacl', 'attoptions'),
		(SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) o WHERE o !~ '^pg_'), format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid),
		'rights', (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(a.attacl) x))
	FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
UNION ALL SELECT 'pg_constraint'::regclass, n.oid, 0, concat('constraint ', quote_ident(n.conname), ' of ', n.conrelid::regclass),
	concat_ws(' ', pg_get_constraintdef(n.oid), n.conislocal, n.coninhcount, n.convalidated)
	FROM relations c JOIN pg_constraint n ON n.conrelid = c.oid
UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 0,
	concat('trigger ', CASE WHEN t.tgisinternal AND t.tgconstraint <> 0 THEN (SELECT conname FROM pg_constraint WHERE oid = t.tgconstraint) ELSE quote_ident(t.tgname) END,
		' on ', c.oid::regclass),
	concat_ws(' ', CASE WHEN t.tgisinternal THEN t.tgfoid::regproc::text ELSE pg_get_triggerdef(t.oid) END, t.tgenabled, t.tgtype)
	FROM relations c JOIN pg_trigger t ON t.tgrelid = c.oid
UNION ALL SELECT 'pg_policy'::regclass, p.oid, 0, concat('policy ', quote_ident(p.polname), ' on ', c.oid::regclass),
	concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, c.oid), 'check', pg_get_expr(p.polwithcheck, c.oid))
	FROM relations c JOIN pg_policy p ON p.polrelid = c.oid
UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 0, concat('rule ', quote_ident(r.rulename), ' on ', c.oid::regclass), concat(pg_get_ruledef(r.oid), r.ev_enabled)
	FROM relations c JOIN pg_rewrite r ON r.ev_class = c.oid
UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, concat('child ', c.oid::regclass), i.inhparent::regclass::text
	FROM relations c JOIN pg_inherits i ON i.inhrelid = c.oid
-- types, operators, event triggers
UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, concat('type ', t.oid::regtype),
	concat_ws(' ', t.typtype, t.typcategory, t.typbasetype::regtype, t.typnotnull, t.typowner::regrole, pg_temp.rights(t.typacl, 'T', t.typowner))
	FROM pg_type t JOIN spaces s ON t.typnamespace = s.oid
UNION ALL SELECT 'pg_operator'::regclass, o.oid, 0, concat('operator ', o.oid::regoperator),
	concat_ws(' ', o.oprcode, o.oprresult::regtype, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash, o.oprowner::regrole)
	FROM pg_operator o JOIN spaces s ON o.oprnamespace = s.oid
UNION ALL SELECT 'pg_event_trigger'::regclass, e.oid, 0, concat('event trigger ', quote_ident(e.evtname)),
	concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled, e.evttags, e.evtowner::regrole) FROM pg_event_trigger e
UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, concat('schema ', quote_ident(n.nspname)),
	concat_ws(' ', n.nspowner::regrole, pg_temp.rights(n.nspacl, 'n', n.nspowner)) FROM pg_namespace n JOIN spaces USING (oid)
UNION ALL SELECT 'pg_extension'::regclass, e.oid, 0, concat('extension ', e.extname),
	concat_ws(' ', e.extversion, e.extnamespace::regnamespace, e.extrelocatable, e.extowner::regrole,
		(SELECT string_agg(concat(config::regclass, ' ', extcondition[i]), ', ' ORDER BY config::regclass::text COLLATE "C") FROM unnest(e.extconfig) WITH ORDINALITY u (config, i)))
	FROM pg_extension e;

-- members that no line above is for
INSERT INTO found SELECT m.classid, m.objid, 0, i.type || ' ' || i.identity, 'is there'
	FROM members m, pg_identify_object(m.classid, m.objid, 0) i
	WHERE NOT EXISTS (SELECT FROM found f WHERE f.class = m.classid AND f.oid = m.objid);

SELECT CASE WHEN EXISTS (SELECT FROM members m WHERE m.classid = f.class AND m.objid = f.oid) AND f.part = 0 THEN 'extension' ELSE 'database' END,
	f.name, replace(f.facts, E'\n', ' '),
	(SELECT quote_literal(d.description) FROM pg_description d WHERE d.classoid = f.class AND d.objoid = f.oid AND d.objsubid = f.part)
	FROM found f ORDER BY f.name COLLATE "C", f.facts COLLATE "C";
-- what dumps take for the extension's own
SELECT 'first rights', pg_describe_object(p.classoid, p.objoid, p.objsubid), p.privtype,
	(SELECT string_agg(x::text, ', ' ORDER BY x::text) FROM unnest(p.initprivs) x)
	FROM pg_init_privs p, members m WHERE p.classoid = m.classid AND p.objoid = m.objid
	ORDER BY pg_describe_object(p.classoid, p.objoid, p.objsubid) COLLATE "C";
-- roles that cannot be dropped because of a member
SELECT 'role', s.refobjid::regrole, s.deptype, pg_describe_object(s.classid, s.objid, s.objsubid)
	FROM pg_shdepend s JOIN members m ON s.classid = m.classid AND s.objid = m.objid
	WHERE s.refclassid = 'pg_authid'::regclass AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
	ORDER BY 2, 3, 4;
