-- Conversations of 20 messages each, of 5 to 75 words. How often a word comes follows Zipf's law,
-- as in natural language; conversations lie scattered, each with a time of its own.

INSERT INTO users (username, email)
SELECT 'person' || n, n || '@example.org' FROM generate_series(1, :people) AS n;

INSERT INTO conversations (user_id, title, agent_type, created_at)
SELECT
    users.id,
    (ARRAY['Refund', 'Trip to', 'Report', 'SQL', 'Debug', 'Plan'])[1 + n % 6] || ' ' || n,
    (ARRAY['chat', 'code', 'research'])[1 + n % 3],
    now() - n * interval '10 minutes'
FROM generate_series(1, :conversations) AS n
JOIN users ON users.username = 'person' || 1 + n % :people;
