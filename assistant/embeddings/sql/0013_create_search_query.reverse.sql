DROP FUNCTION search_words_between(text, jsonb, float8, float8);
DROP FUNCTION to_narrow_query(text, jsonb, float8);
DROP FUNCTION to_restricting_query(text);
DROP FUNCTION to_ranking_query(text);
DROP FUNCTION to_search_query(text);
DROP FUNCTION any_lexeme(text[]);
DROP FUNCTION read_search_question(text);
