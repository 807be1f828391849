"""What a schema holds beside columns, constraints, indexes, triggers and functions."""

# Whatever an extension made is not the schema's.
NOT_OF_AN_EXTENSION = """
    NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = {oid} AND d.deptype = 'e')
"""

RELATIONS = f"""
    SELECT c.relname, concat_ws(' ',
        c.relkind, c.relpersistence, am.amname, c.reloptions, c.relacl,
        CASE WHEN c.relrowsecurity THEN 'ROW SECURITY' END,
        CASE WHEN c.relforcerowsecurity THEN 'FORCED' END,
        'IDENTITY ' || NULLIF(NULLIF(c.relreplident::text, 'd'), 'n'))
    FROM pg_class AS c LEFT JOIN pg_am AS am ON am.oid = c.relam
    WHERE c.relnamespace = current_schema()::regnamespace
      AND {NOT_OF_AN_EXTENSION.format(oid="c.oid")}
    ORDER BY c.relname
"""

# Only what is not the type's own. PostgreSQL 17 made NULL of a target of -1.
COLUMN_STORAGE = """
    SELECT relname, concat_ws(' ', name, description) FROM (
        SELECT c.relname, a.attnum, a.attname, concat_ws(' ',
            CASE WHEN c.relkind <> 'i' AND a.attstorage <> t.typstorage
                THEN 'STORAGE ' || a.attstorage::text END,
            'COMPRESSION ' || NULLIF(a.attcompression::text, ''),
            'STATISTICS ' || NULLIF(a.attstattarget, -1), a.attoptions, a.attacl,
            CASE WHEN a.attcollation NOT IN (0, t.typcollation)
                THEN 'COLLATION ' || a.attcollation::regcollation::text END)
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE c.relnamespace = current_schema()::regnamespace
          AND a.attnum > 0 AND NOT a.attisdropped
    ) AS o (relname, number, name, description)
    WHERE description <> ''
    ORDER BY relname, number
"""

VIEWS = """
    SELECT c.relname, pg_get_viewdef(c.oid, true)
    FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('v', 'm')
    ORDER BY c.relname
"""

SEQUENCES = """
    SELECT c.relname, concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
        s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
        (SELECT owner.relname || '.' || a.attname
         FROM pg_depend AS d
         JOIN pg_class AS owner ON owner.oid = d.refobjid
         JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
         WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')))
    FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
    WHERE c.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname
"""

# A search path names schemas, so only that there is one is told.
FUNCTION_SETTINGS = f"""
    SELECT p.proname, concat_ws(' ', p.oid::regprocedure, p.procost, p.prorows, p.proleakproof,
        p.prosupport, p.proacl,
        (SELECT string_agg(regexp_replace(each, '^search_path=.*', 'search_path'), ' ')
         FROM unnest(p.proconfig) AS each))
    FROM pg_proc AS p
    WHERE p.pronamespace = current_schema()::regnamespace
      AND {NOT_OF_AN_EXTENSION.format(oid="p.oid")}
    ORDER BY p.proname, 2
"""

COMMENTS = f"""
    SELECT o.type, concat_ws(' ',
        replace(o.identity, quote_ident(current_schema()) || '.', ''), c.description)
    FROM pg_description AS c, pg_identify_object(c.classoid, c.objoid, c.objsubid) AS o
    WHERE c.classoid IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_type'::regclass,
        'pg_trigger'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass,
        'pg_statistic_ext'::regclass)
      AND c.objoid >= 16384
      AND o.identity LIKE '%' || quote_ident(current_schema()) || '.%'
      AND {NOT_OF_AN_EXTENSION.format(oid="c.objoid")}
    ORDER BY 1, 2
"""

REST = """
    SELECT kind, definition FROM (
        SELECT 'invalid index' AS kind, x.relname || ' of ' || c.relname AS definition,
            c.relnamespace
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indrelid
        JOIN pg_class AS x ON x.oid = i.indexrelid
        WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
        UNION ALL
        SELECT 'clustered index', x.relname, x.relnamespace
        FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indisclustered
        UNION ALL
        SELECT 'trigger ' || t.tgenabled::text, c.relname || ' ' || t.tgname, c.relnamespace
        FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE t.tgenabled <> 'O'
        UNION ALL
        SELECT 'rule', pg_get_ruledef(r.oid, true), c.relnamespace
        FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
        UNION ALL
        SELECT 'policy', concat_ws(' ', c.relname, p.polname, p.polcmd, p.polpermissive,
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)),
            c.relnamespace
        FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
        UNION ALL
        SELECT 'statistics', concat_ws(' ', c.relname, s.stxname, s.stxkeys, s.stxkind,
            pg_get_expr(s.stxexprs, s.stxrelid)), s.stxnamespace
        FROM pg_statistic_ext AS s JOIN pg_class AS c ON c.oid = s.stxrelid
        UNION ALL
        SELECT 'enum', concat_ws(' ', t.typname, e.enumsortorder, e.enumlabel), t.typnamespace
        FROM pg_enum AS e JOIN pg_type AS t ON t.oid = e.enumtypid
        UNION ALL
        SELECT 'inheritance', i.inhrelid::regclass || ' of ' || c.relname, c.relnamespace
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhparent
    ) AS o
    WHERE relnamespace = current_schema()::regnamespace
    ORDER BY 1, 2
"""

QUERIES = {
    "relations": RELATIONS,
    "column storage": COLUMN_STORAGE,
    "views": VIEWS,
    "sequences": SEQUENCES,
    "function settings": FUNCTION_SETTINGS,
    "comments": COMMENTS,
    "rest": REST,
}
