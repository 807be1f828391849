-- Migration 001: Initial database structure
-- Created: 2025-01-01
-- Description: Core tables for AI Assistant

-- Enable UUID extension for PostgreSQL
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

-- Users table (basic user management)
CREATE TABLE IF NOT EXISTS users (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    username VARCHAR(255) UNIQUE NOT NULL,
    email VARCHAR(255),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    is_active BOOLEAN DEFAULT true,
    preferences JSONB DEFAULT '{}'::jsonb
);

-- System settings table
CREATE TABLE IF NOT EXISTS system_settings (
    key VARCHAR(255) PRIMARY KEY,
    value JSONB NOT NULL,
    description TEXT,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

-- Model configurations table
CREATE TABLE IF NOT EXISTS model_configs (
    id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
    name VARCHAR(255) NOT NULL,
    model_path TEXT NOT NULL,
    config JSONB NOT NULL,
    is_default BOOLEAN DEFAULT false,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

-- Create indexes
CREATE INDEX IF NOT EXISTS idx_users_username ON users(username);
CREATE INDEX IF NOT EXISTS idx_users_active ON users(is_active);
CREATE INDEX IF NOT EXISTS idx_model_configs_default ON model_configs(is_default);

-- Insert default system settings
INSERT INTO system_settings (key, value, description) VALUES
('app_version', '"1.0.0"', 'Application version'),
('default_temperature', '0.7', 'Default model temperature'),
('max_context_length', '4096', 'Maximum context length'),
('enable_embeddings', 'true', 'Enable embeddings system')
ON CONFLICT (key) DO NOTHING;

-- Create default user
INSERT INTO users (id, username, email) VALUES
(uuid_generate_v4(), 'admin', 'admin@localhost')
ON CONFLICT (username) DO NOTHING;
