-- The default user. Nobody can log in as it until it is given a password.

INSERT INTO users (username, email)
VALUES ('admin', 'admin@localhost')
ON CONFLICT (username) DO NOTHING;
