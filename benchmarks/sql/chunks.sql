-- Documents of 20 passages. Words are as unevenly spread as in a language: about every passage
-- holds word1, one in ten word500, one in a hundred word8000. One more word is in 64 % of them.
INSERT INTO knowledge_base (title, content)
SELECT 'Document ' || n, 'Document ' || n FROM generate_series(1, :documents) AS n;

CREATE TEMPORARY TABLE vectors AS
SELECT n, array_agg(random() - 0.5)::vector AS vector
FROM generate_series(0, 999) AS n, generate_series(1, 384) GROUP BY n;

INSERT INTO knowledge_chunks
    (document_id, chunk_index, chunk_text, content_hash, start_offset, end_offset, embedding_vector)
SELECT d.id, c, text, generate_content_hash(text), 0, length(text), v.vector
FROM (SELECT id, row_number() OVER () AS n FROM knowledge_base) AS d
CROSS JOIN generate_series(0, 19) AS c
JOIN vectors AS v ON v.n = (d.n * 20 + c) % 1000
CROSS JOIN LATERAL (
    SELECT string_agg(
        'word' || floor(exp(random() * ln(50000)))::int, ' ' ORDER BY m
    ) || CASE WHEN random() < 0.64 THEN ' ubiquitous' ELSE '' END AS text
    FROM generate_series(1, 120 + (random() * 160)::int + 0 * d.n * c) AS m
) AS texts;

VACUUM (ANALYZE) knowledge_chunks;
