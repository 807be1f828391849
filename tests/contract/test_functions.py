"""Triggers and functions."""

import psycopg
import pytest

from tests.contract import catalog, rows

TRIGGERS = catalog.parse("""
users
    CREATE TRIGGER trigger_update_user_timestamp BEFORE UPDATE ON users FOR EACH ROW EXECUTE
        FUNCTION update_user_timestamp()
system_settings
    CREATE TRIGGER trigger_update_system_setting_timestamp BEFORE UPDATE ON system_settings FOR
        EACH ROW EXECUTE FUNCTION update_system_setting_timestamp()
model_configs
    CREATE TRIGGER trigger_keep_one_default_model_config BEFORE INSERT OR UPDATE OF is_default ON
        model_configs FOR EACH ROW WHEN (new.is_default) EXECUTE FUNCTION
        keep_one_default_model_config()
    CREATE TRIGGER trigger_lock_default_model_config BEFORE UPDATE OF is_default ON model_configs
        FOR EACH STATEMENT EXECUTE FUNCTION keep_one_default_model_config()
    CREATE TRIGGER trigger_switch_default_model_config AFTER UPDATE OF is_default ON model_configs
        FOR EACH STATEMENT EXECUTE FUNCTION keep_one_default_model_config()
conversations
    CREATE TRIGGER "A_trigger_delete_conversation_messages" AFTER DELETE ON conversations FOR EACH
        ROW EXECUTE FUNCTION delete_conversation_messages()
    CREATE TRIGGER trigger_guard_conversation_timestamp BEFORE UPDATE ON conversations FOR EACH
        ROW EXECUTE FUNCTION guard_conversation_timestamp()
    CREATE TRIGGER trigger_lock_conversation_embeddings BEFORE UPDATE ON conversations FOR EACH
        ROW EXECUTE FUNCTION move_conversation_embeddings()
    CREATE TRIGGER trigger_move_conversation_embeddings AFTER UPDATE ON conversations FOR EACH ROW
        EXECUTE FUNCTION move_conversation_embeddings()
messages
    CREATE TRIGGER trigger_update_conversation_stats AFTER INSERT ON messages REFERENCING NEW
        TABLE AS new_messages FOR EACH STATEMENT EXECUTE FUNCTION update_conversation_stats()
    CREATE TRIGGER trigger_update_conversation_stats_on_delete AFTER DELETE ON messages
        REFERENCING OLD TABLE AS old_messages FOR EACH STATEMENT EXECUTE FUNCTION
        update_conversation_stats()
    CREATE TRIGGER trigger_update_conversation_stats_on_truncate AFTER TRUNCATE ON messages FOR
        EACH STATEMENT EXECUTE FUNCTION update_conversation_stats()
    CREATE TRIGGER trigger_update_conversation_stats_on_update AFTER UPDATE ON messages
        REFERENCING OLD TABLE AS old_messages NEW TABLE AS new_messages FOR EACH STATEMENT EXECUTE
        FUNCTION update_conversation_stats()
    CREATE TRIGGER trigger_update_conversation_timestamp AFTER INSERT ON messages REFERENCING NEW
        TABLE AS new_messages FOR EACH STATEMENT EXECUTE FUNCTION update_conversation_timestamp()
    CREATE TRIGGER trigger_write_embedding_queue AFTER INSERT ON messages REFERENCING NEW TABLE AS
        new_rows FOR EACH STATEMENT EXECUTE FUNCTION write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_delete AFTER DELETE ON messages REFERENCING
        OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_truncate AFTER TRUNCATE ON messages FOR EACH
        STATEMENT EXECUTE FUNCTION write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_update AFTER UPDATE ON messages REFERENCING
        OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION
        write_embedding_queue()
conversation_stats
    CREATE TRIGGER trigger_guard_conversation_stats BEFORE INSERT OR DELETE OR UPDATE ON
        conversation_stats FOR EACH ROW EXECUTE FUNCTION guard_conversation_stats()
    CREATE TRIGGER trigger_guard_conversation_stats_on_truncate AFTER TRUNCATE ON
        conversation_stats FOR EACH STATEMENT EXECUTE FUNCTION guard_conversation_stats()
conversation_embeddings
    CREATE TRIGGER trigger_count_search_words AFTER INSERT ON conversation_embeddings REFERENCING
        NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_search_words('messages')
    CREATE TRIGGER trigger_count_search_words_on_delete AFTER DELETE ON conversation_embeddings
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION
        count_search_words('messages')
    CREATE TRIGGER trigger_count_search_words_on_truncate AFTER TRUNCATE ON conversation_embeddings
        FOR EACH STATEMENT EXECUTE FUNCTION count_search_words('messages')
    CREATE TRIGGER trigger_count_search_words_on_update AFTER UPDATE OF chunk_text,
        embedding_model_id ON conversation_embeddings FOR EACH ROW WHEN (old.chunk_text IS DISTINCT
        FROM new.chunk_text OR old.embedding_model_id IS DISTINCT FROM new.embedding_model_id)
        EXECUTE FUNCTION count_search_words('messages')
    CREATE CONSTRAINT TRIGGER trigger_find_conversation_embedding_user AFTER INSERT OR UPDATE OF
        conversation_id ON conversation_embeddings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        EXECUTE FUNCTION find_conversation_embedding_user()
    CREATE TRIGGER trigger_guard_conversation_embedding_vector BEFORE INSERT OR UPDATE OF
        embedding_vector, embedding_model_id ON conversation_embeddings FOR EACH ROW EXECUTE
        FUNCTION guard_embedding_vector()
    CREATE TRIGGER trigger_keep_chunk_identifiers BEFORE INSERT OR UPDATE OF chunk_text,
        chunk_identifiers ON conversation_embeddings FOR EACH ROW EXECUTE FUNCTION
        keep_chunk_identifiers()
    CREATE TRIGGER trigger_keep_conversation_embedding_user BEFORE INSERT OR UPDATE ON
        conversation_embeddings FOR EACH ROW EXECUTE FUNCTION keep_conversation_embedding_user()
knowledge_base
    CREATE TRIGGER trigger_guard_knowledge_base_status BEFORE INSERT OR UPDATE ON knowledge_base
        FOR EACH ROW EXECUTE FUNCTION guard_knowledge_base_status()
    CREATE TRIGGER trigger_guard_knowledge_base_vector BEFORE INSERT OR UPDATE OF
        embedding_vector, embedding_model_id ON knowledge_base FOR EACH ROW EXECUTE FUNCTION
        guard_embedding_vector()
    CREATE TRIGGER trigger_lock_knowledge_chunks BEFORE UPDATE ON knowledge_base FOR EACH ROW
        EXECUTE FUNCTION move_knowledge_chunks()
    CREATE TRIGGER trigger_move_knowledge_chunks AFTER UPDATE ON knowledge_base FOR EACH ROW
        EXECUTE FUNCTION move_knowledge_chunks()
    CREATE TRIGGER trigger_update_knowledge_base_timestamp BEFORE UPDATE ON knowledge_base FOR
        EACH ROW EXECUTE FUNCTION update_knowledge_base_timestamp()
    CREATE TRIGGER trigger_write_embedding_queue AFTER INSERT ON knowledge_base REFERENCING NEW
        TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_delete AFTER DELETE ON knowledge_base
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION
        write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_truncate AFTER TRUNCATE ON knowledge_base FOR
        EACH STATEMENT EXECUTE FUNCTION write_embedding_queue()
    CREATE TRIGGER trigger_write_embedding_queue_on_update AFTER UPDATE ON knowledge_base
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE
        FUNCTION write_embedding_queue()
knowledge_chunks
    CREATE TRIGGER trigger_count_search_words AFTER INSERT ON knowledge_chunks REFERENCING NEW
        TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_search_words('documents')
    CREATE TRIGGER trigger_count_search_words_on_delete AFTER DELETE ON knowledge_chunks
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION
        count_search_words('documents')
    CREATE TRIGGER trigger_count_search_words_on_truncate AFTER TRUNCATE ON knowledge_chunks FOR
        EACH STATEMENT EXECUTE FUNCTION count_search_words('documents')
    CREATE TRIGGER trigger_count_search_words_on_update AFTER UPDATE OF chunk_text,
        embedding_model_id ON knowledge_chunks FOR EACH ROW WHEN (old.chunk_text IS DISTINCT FROM
        new.chunk_text OR old.embedding_model_id IS DISTINCT FROM new.embedding_model_id) EXECUTE
        FUNCTION count_search_words('documents')
    CREATE CONSTRAINT TRIGGER trigger_find_knowledge_chunk_owner AFTER INSERT OR UPDATE OF
        document_id ON knowledge_chunks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION
        find_knowledge_chunk_owner()
    CREATE TRIGGER trigger_guard_knowledge_chunk_vector BEFORE INSERT OR UPDATE OF
        embedding_vector, embedding_model_id ON knowledge_chunks FOR EACH ROW EXECUTE FUNCTION
        guard_embedding_vector('names a model without a vector')
    CREATE TRIGGER trigger_keep_chunk_identifiers BEFORE INSERT OR UPDATE OF chunk_text,
        chunk_identifiers ON knowledge_chunks FOR EACH ROW EXECUTE FUNCTION
        keep_chunk_identifiers()
    CREATE TRIGGER trigger_keep_knowledge_chunk_owner BEFORE INSERT OR UPDATE ON knowledge_chunks
        FOR EACH ROW EXECUTE FUNCTION keep_knowledge_chunk_owner()
embedding_models
    CREATE TRIGGER trigger_clear_embedding_queue AFTER UPDATE OF is_active, status ON
        embedding_models FOR EACH ROW WHEN (NOT (new.is_active AND new.status::text <>
        'retired'::text)) EXECUTE FUNCTION clear_embedding_queue()
    CREATE TRIGGER trigger_clear_embedding_queue_on_delete AFTER DELETE ON embedding_models FOR
        EACH ROW EXECUTE FUNCTION clear_embedding_queue()
    CREATE TRIGGER trigger_clear_embedding_queue_on_truncate AFTER TRUNCATE ON embedding_models
        FOR EACH STATEMENT EXECUTE FUNCTION clear_embedding_queue()
    CREATE TRIGGER trigger_guard_embedding_model_backfill BEFORE INSERT OR UPDATE ON
        embedding_models FOR EACH ROW EXECUTE FUNCTION guard_embedding_model_backfill()
    CREATE TRIGGER trigger_guard_embedding_model_dimension BEFORE UPDATE OF dimension ON
        embedding_models FOR EACH ROW WHEN (old.dimension IS DISTINCT FROM new.dimension) EXECUTE
        FUNCTION guard_embedding_model_dimension()
""")

FUNCTIONS = catalog.parse("""
any_lexeme
    any_lexeme(text[]) RETURNS tsquery sql IMMUTABLE STRICT PARALLEL SAFE
clear_embedding_queue
    clear_embedding_queue() RETURNS trigger plpgsql VOLATILE
count_search_words
    count_search_words() RETURNS trigger plpgsql VOLATILE
delete_conversation_messages
    delete_conversation_messages() RETURNS trigger plpgsql VOLATILE
find_conversation_embedding_user
    find_conversation_embedding_user() RETURNS trigger plpgsql VOLATILE
find_identifiers
    find_identifiers(text) RETURNS text[] plpgsql IMMUTABLE STRICT PARALLEL SAFE
find_inner_identifiers
    find_inner_identifiers(text[]) RETURNS text[] sql IMMUTABLE STRICT PARALLEL SAFE
find_knowledge_chunk_owner
    find_knowledge_chunk_owner() RETURNS trigger plpgsql VOLATILE
generate_content_hash
    generate_content_hash(text) RETURNS character varying sql IMMUTABLE STRICT PARALLEL SAFE
guard_conversation_stats
    guard_conversation_stats() RETURNS trigger plpgsql VOLATILE
guard_conversation_timestamp
    guard_conversation_timestamp() RETURNS trigger plpgsql VOLATILE
guard_embedding_model_backfill
    guard_embedding_model_backfill() RETURNS trigger plpgsql VOLATILE
guard_embedding_model_dimension
    guard_embedding_model_dimension() RETURNS trigger plpgsql VOLATILE
guard_embedding_vector
    guard_embedding_vector() RETURNS trigger plpgsql VOLATILE
guard_knowledge_base_status
    guard_knowledge_base_status() RETURNS trigger plpgsql VOLATILE
keep_chunk_identifiers
    keep_chunk_identifiers() RETURNS trigger plpgsql VOLATILE
keep_conversation_embedding_user
    keep_conversation_embedding_user() RETURNS trigger plpgsql VOLATILE
keep_knowledge_chunk_owner
    keep_knowledge_chunk_owner() RETURNS trigger plpgsql VOLATILE
keep_one_default_model_config
    keep_one_default_model_config() RETURNS trigger plpgsql VOLATILE
live_embedding_models
    live_embedding_models() RETURNS uuid sql STABLE
lock_conversations
    lock_conversations(uuid[]) RETURNS void plpgsql VOLATILE
lock_default_model_config
    lock_default_model_config() RETURNS void plpgsql VOLATILE
mark_identifiers
    mark_identifiers(text,tsquery,text,text) RETURNS text plpgsql IMMUTABLE STRICT PARALLEL SAFE
move_conversation_embeddings
    move_conversation_embeddings() RETURNS trigger plpgsql VOLATILE
move_knowledge_chunks
    move_knowledge_chunks() RETURNS trigger plpgsql VOLATILE
parse_search_question
    parse_search_question(text) RETURNS record plpgsql IMMUTABLE STRICT PARALLEL SAFE
read_search_question
    read_search_question(text) RETURNS record plpgsql IMMUTABLE STRICT PARALLEL SAFE
rebuild_conversation_stats
    rebuild_conversation_stats(uuid[]) RETURNS void plpgsql VOLATILE
recount_conversation_stats
    recount_conversation_stats(uuid[]) RETURNS void plpgsql VOLATILE
refresh_search_statistics
    refresh_search_statistics() RETURNS record plpgsql VOLATILE
settle_search_changes
    settle_search_changes() RETURNS bigint plpgsql VOLATILE
split_identifiers
    split_identifiers(text) RETURNS text sql IMMUTABLE STRICT PARALLEL SAFE
straighten
    straighten(text) RETURNS text sql IMMUTABLE STRICT PARALLEL SAFE
to_identifier_query
    to_identifier_query(text) RETURNS tsquery plpgsql IMMUTABLE STRICT PARALLEL SAFE
to_identifier_vector
    to_identifier_vector(text) RETURNS tsvector plpgsql IMMUTABLE STRICT PARALLEL SAFE
to_ranking_query
    to_ranking_query(text) RETURNS tsquery plpgsql IMMUTABLE STRICT PARALLEL SAFE
to_restricting_query
    to_restricting_query(text) RETURNS tsquery plpgsql IMMUTABLE STRICT PARALLEL SAFE
to_search_query
    to_search_query(text) RETURNS tsquery plpgsql IMMUTABLE STRICT PARALLEL SAFE
to_search_vector
    to_search_vector(text) RETURNS tsvector plpgsql IMMUTABLE STRICT
update_conversation_stats
    update_conversation_stats() RETURNS trigger plpgsql VOLATILE
update_conversation_timestamp
    update_conversation_timestamp() RETURNS trigger plpgsql VOLATILE
update_knowledge_base_timestamp
    update_knowledge_base_timestamp() RETURNS trigger plpgsql VOLATILE
update_system_setting_timestamp
    update_system_setting_timestamp() RETURNS trigger plpgsql VOLATILE
update_user_timestamp
    update_user_timestamp() RETURNS trigger plpgsql VOLATILE
uuid_generate_v4
    uuid_generate_v4() RETURNS uuid sql VOLATILE PARALLEL SAFE
wake_embedding_workers
    wake_embedding_workers() RETURNS void plpgsql VOLATILE
write_embedding_queue
    write_embedding_queue() RETURNS trigger plpgsql VOLATILE
""")


@pytest.mark.parametrize("table", TRIGGERS)
def test_triggers(client: psycopg.Connection, table: str) -> None:
    assert catalog.read(client, "triggers")[table] == TRIGGERS[table]


def test_no_other_triggers(client: psycopg.Connection) -> None:
    assert set(catalog.read(client, "triggers")) == set(TRIGGERS)


def test_functions(client: psycopg.Connection) -> None:
    assert catalog.read(client, "functions") == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_pin_their_search_path(client: psycopg.Connection, function: str) -> None:
    (settings,) = client.execute(
        "SELECT proconfig FROM pg_proc"
        " WHERE proname = %s AND pronamespace = current_schema()::regnamespace",
        [function],
    ).fetchone()

    assert any(setting.startswith("search_path=") for setting in settings or [])


@pytest.mark.parametrize(
    "table", ["conversations", "conversation_stats", "embedding_models", "model_configs"]
)
def test_functions_do_not_see_temporary_tables(client: psycopg.Connection, table: str) -> None:
    conversation = rows.conversation(client)
    client.execute(f"CREATE TEMPORARY TABLE {table} (name text)")

    client.execute(
        "INSERT INTO public.messages (conversation_id, role, content) VALUES (%s, 'user', 'Hello')",
        [conversation],
    )
    client.execute("DELETE FROM public.messages")
    client.execute(
        "INSERT INTO public.model_configs (name, model_path, config, is_default)"
        " VALUES ('a', '/a', '{}', true), ('b', '/b', '{}', true)"
    )
    client.execute(
        "INSERT INTO knowledge_base (title, content, embedding_vector) VALUES ('T', 'C', %s)",
        [[0.5] * 384],
    )

    assert rows.scalar(client, "SELECT total_messages FROM public.conversation_stats") == 0
