"""What is asked of pg_catalog, which every role may read.

Each query takes the schema's name and, but for the last two, the tables' names or NULL for all.
"""

__all__ = [
    "COLUMNS",
    "CONSTRAINTS",
    "EXTENSIONS",
    "FUNCTIONS",
    "INDEXES",
    "RULES",
    "TABLES",
    "TRIGGERS",
]

OF_TABLES = """
    c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND (%(tables)s::text[] IS NULL OR c.relname = ANY (%(tables)s::text[]))
"""

ENABLED = "CASE {} WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' ELSE 'always' END"

TABLES = f"""
SELECT c.relname,
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
    CASE c.relpersistence WHEN 'p' THEN 'logged' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
    c.relrowsecurity,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true) END
FROM pg_class AS c
WHERE {OF_TABLES}
ORDER BY c.relname
"""  # noqa: S608

# A NOT NULL may be NOT VALID, since PostgreSQL 18: then there may be rows with null.
COLUMNS = f"""
SELECT c.relname, a.attname,
    format_type(a.atttypid, a.atttypmod),
    a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_constraint AS o
        WHERE o.conrelid = a.attrelid AND o.contype = 'n' AND o.conkey = ARRAY[a.attnum]
            AND NOT o.convalidated
    ),
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, a.attrelid, true) END,
    CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, a.attrelid, true)
        || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END,
    CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
    CASE WHEN c.relkind IN ('r', 'p') AND a.attstorage <> t.typstorage THEN
        CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
            ELSE 'EXTENDED' END END,
    CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN l.collname::text END
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped AND {OF_TABLES}
ORDER BY c.relname, a.attnum
"""  # noqa: S608

# Without the NOT NULLs, which PostgreSQL 18 lists as constraints, too. Of a foreign key, triggers
# on both tables are asked for.
CONSTRAINTS = f"""
SELECT c.relname, o.conname,
    CASE o.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'p' THEN 'primary key'
        WHEN 'u' THEN 'unique' ELSE 'exclude' END,
    pg_get_constraintdef(o.oid, true),
    o.convalidated,
    NOT EXISTS (
        SELECT FROM pg_trigger AS t
        WHERE t.tgconstraint = o.oid AND t.tgisinternal AND t.tgenabled IN ('D', 'R')
    )
FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
WHERE o.contype IN ('c', 'f', 'p', 'u', 'x') AND {OF_TABLES}
ORDER BY c.relname, o.conname
"""  # noqa: S608

INDEXES = f"""
SELECT c.relname, x.relname,
    pg_get_indexdef(i.indexrelid, 0, true),
    i.indisunique,
    i.indisvalid AND i.indisready AND i.indislive,
    EXISTS (SELECT FROM pg_constraint AS o
        WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE {OF_TABLES}
ORDER BY c.relname, x.relname
"""  # noqa: S608

TRIGGERS = f"""
SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid, true), {ENABLED.format("t.tgenabled")}
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND {OF_TABLES}
ORDER BY c.relname, t.tgname
"""  # noqa: S608

RULES = f"""
SELECT c.relname, r.rulename, pg_get_ruledef(r.oid, true), {ENABLED.format("r.ev_enabled")}
FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
WHERE r.rulename <> '_RETURN' AND {OF_TABLES}
ORDER BY c.relname, r.rulename
"""  # noqa: S608

FUNCTIONS = """
SELECT p.proname || '(' || oidvectortypes(p.proargtypes) || ')',
    pg_get_function_arguments(p.oid),
    COALESCE(pg_get_function_result(p.oid), ''),
    l.lanname,
    COALESCE(pg_get_function_sqlbody(p.oid), p.prosrc),
    CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
    p.proisstrict,
    CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END,
    CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END,
    p.procost,
    p.proconfig,
    obj_description(p.oid, 'pg_proc')
FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
    AND NOT EXISTS (SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
"""

EXTENSIONS = """
SELECT e.extname, e.extversion, n.nspname, quote_ident(n.nspname),
    n.nspname = ANY (current_schemas(true))
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
ORDER BY e.extname
"""
