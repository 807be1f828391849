-- Migration 003: Embeddings and vector search
-- Created: 2025-01-01
-- Description: Add embeddings support for semantic search

-- Enable vector extension if available (for pgvector)
-- CREATE EXTENSION IF NOT EXISTS vector;

-- Conversation embeddings table
CREATE TABLE IF NOT EXISTS conversation_embeddings (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    conversation_id UUID NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    message_id UUID REFERENCES messages(id) ON DELETE CASCADE,
    content_hash VARCHAR(64) NOT NULL,
    embedding_vector FLOAT[] NOT NULL, -- Store as array for now
    chunk_text TEXT NOT NULL,
    chunk_index INTEGER DEFAULT 0,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),

    -- Metadata for the embedding
    source_type VARCHAR(50) DEFAULT 'message', -- message, file, etc.
    metadata JSONB DEFAULT '{}'::jsonb
);

-- Knowledge base table (for uploaded documents/files)
CREATE TABLE IF NOT EXISTS knowledge_base (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    title VARCHAR(500) NOT NULL,
    content TEXT NOT NULL,
    source VARCHAR(500), -- file path, URL, etc.
    content_type VARCHAR(100) DEFAULT 'text',
    file_hash VARCHAR(64),
    tags TEXT[] DEFAULT ARRAY[]::TEXT[],
    embedding_vector FLOAT[],
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),

    -- File metadata
    file_size INTEGER,
    file_extension VARCHAR(50),
    language VARCHAR(50)
);

-- Embedding models table (track which embedding model was used)
CREATE TABLE IF NOT EXISTS embedding_models (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    name VARCHAR(255) NOT NULL UNIQUE,
    model_path TEXT,
    dimension INTEGER NOT NULL,
    description TEXT,
    is_active BOOLEAN DEFAULT true,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

-- Create indexes for embeddings
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_conversation_id ON conversation_embeddings(conversation_id);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_message_id ON conversation_embeddings(message_id);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_content_hash ON conversation_embeddings(content_hash);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_source_type ON conversation_embeddings(source_type);

CREATE INDEX IF NOT EXISTS idx_knowledge_base_content_type ON knowledge_base(content_type);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_tags ON knowledge_base USING GIN(tags);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_file_hash ON knowledge_base(file_hash);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_language ON knowledge_base(language);

CREATE INDEX IF NOT EXISTS idx_embedding_models_active ON embedding_models(is_active);

-- Full text search indexes
CREATE INDEX IF NOT EXISTS idx_knowledge_base_content_fts ON knowledge_base USING gin(to_tsvector('english', content));
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_chunk_fts ON conversation_embeddings USING gin(to_tsvector('english', chunk_text));

-- Insert default embedding model
INSERT INTO embedding_models (name, dimension, description) VALUES
('all-MiniLM-L6-v2', 384, 'Default sentence transformer model')
ON CONFLICT (name) DO NOTHING;

-- Function to generate content hash
CREATE OR REPLACE FUNCTION generate_content_hash(content TEXT)
RETURNS VARCHAR(64) AS $$
BEGIN
    RETURN encode(digest(content, 'sha256'), 'hex');
END;
$$ LANGUAGE plpgsql;

-- Function to update knowledge base updated_at
CREATE OR REPLACE FUNCTION update_knowledge_base_timestamp()
RETURNS TRIGGER AS $$
BEGIN
    NEW.updated_at = NOW();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

-- Trigger for knowledge base updates
CREATE TRIGGER trigger_update_knowledge_base_timestamp
    BEFORE UPDATE ON knowledge_base
    FOR EACH ROW
    EXECUTE FUNCTION update_knowledge_base_timestamp();
