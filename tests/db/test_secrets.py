"""What looks like a secret."""

import time
from typing import Any

import pytest

from assistant.db.secrets import find_secret, is_secret_name, mask_urls


def names(text: str) -> list[str]:
    return text.split()


SECRET = names("""
    openai_api_key OPENAI_API_KEY openaiApiKey OpenAIApiKey github.token db-password apikey APIKEY
    clientSecret client_secret aws_secret_access_key AWS_SECRET_ACCESS_KEY smtp_password password
    password_hash Password passwd PASSPHRASE passphrase token x-api-key apiKey APIKey accessKey
    privateKey private_key ssh/private-key credentials credential google:credentials sentry_dsn dsn
    Authorization authorization access_token refreshToken bot_token hf_token token2 api_key_1
    api_keys apiKeys secrets passwords access_tokens api_tokens password_reset_token
    token_limit_secret secret_key SECRET_KEY api_key_id webhook_secret jwt_secret
    secret_token session_token csrf_token api.key schlüssel_token
    PGPASSWORD authtoken dbpassword clientsecret openaiapikey OPENAIAPIKEY authtokens userPASSWD
    api_keys_by_name secrets_by_environment api_key_per_environment github_tokens bot_tokens
""")

PLAIN = names("""
    max_tokens maxTokens token_count tokenCount token_limit tokens_per_minute TOKENS_PER_MINUTE
    tokenizer tokenizer_path tokenization password_min_length secret_name api_key_env api_key_ref
    api_key_env_var OPENAI_API_KEY_ENV apiKeyEnv token_env password_file private_key_path tokens
    total_tokens prompt_tokens completion_tokens max_new_tokens stop_tokens special_tokens
    eos_token bos_token pad_token eos_token_id max_token cost_per_token price_per_input_token
    token_budget token_usage password_policy password_validators authorization_url token_endpoint
    secretary keyboard key keys api access private monkey author authored tokenised pass_through
    passport default_temperature app_version enable_embeddings max_context_length theme
    maxtoken maxtokens eostoken PGPASSWORD_FILE tokens_by_day tokens_per_user nonsense
    secret_version token_ttl password_expiry_days token_timeout_seconds empty -
""")


# Wide letters, and breaks that nobody sees.
UNUSUAL = ["\uff41\uff50\uff49\uff3f\uff4b\uff45\uff59", "private\u00a0key", "pass\u00adword"]


@pytest.mark.parametrize("name", [*SECRET, "api key", "My private key", *UNUSUAL])
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", [*PLAIN, "", " ", "max tokens", "number of tokens", "token count"])
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


def test_the_host_says_what_is_secret(settings: Any) -> None:
    settings.ASSISTANT = {"SECRET_NAMES": ["pin_code"]}

    assert is_secret_name("bankPinCode")
    assert is_secret_name("pincodes")
    assert not is_secret_name("password")


@pytest.mark.parametrize("part", ["a_", "max_token_", "maxtoken_"])
def test_a_very_long_name_takes_no_time(part: str) -> None:
    start = time.process_time()

    assert not is_secret_name(part * (500_000 // len(part)) + "x")

    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text, masked",
    [
        ("postgresql://ada:pw@host/db", "postgresql://ada:********@host/db"),
        ("redis://:p@ss@host:6379/0", "redis://:********@host:6379/0"),
        ("a http://u:p@x, b https://v:q@y", "a http://u:********@x, b https://v:********@y"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:8080/a@b", "http://localhost:8080/a@b"),
        ("https://user@host/", "https://user@host/"),
        ("mail ada@localhost: hello", "mail ada@localhost: hello"),
    ],
)
def test_passwords_in_urls(text: str, masked: str) -> None:
    assert mask_urls(text) == masked
    assert mask_urls(masked) == masked


def test_a_password_that_was_cut_off() -> None:
    assert mask_urls("postgresql://ada:pass", is_cut=True) == "postgresql://ada:********"
    assert mask_urls("postgresql://ada:p@ss", is_cut=True) == "postgresql://ada:********"
    assert mask_urls('postgresql://ada:p"ss', is_cut=True) == "postgresql://ada:********"


def test_a_password_with_quotes_that_was_cut_off() -> None:
    text = mask_urls(r'"postgresql://ada:p@s\"s', in_json=True, is_cut=True)

    assert text == '"postgresql://ada:********'


@pytest.mark.parametrize(
    "value, name, place",
    [
        ("sk-1", "api_key", "$"),
        (12345, "pin_token", "$"),
        ({"any": "thing"}, "credentials", "$"),
        ("", "api_key", None),
        (None, "api_key", None),
        (True, "api_key", None),
        ({}, "api_key", None),
        ("OPENAI_API_KEY", "api_key_env", None),
        ({"openai": {"api_key": "sk-1"}}, "providers", "$.openai.api_key"),
        ([1, {"token": "x"}], None, "$[1].token"),
        ({"api_key": None, "max_tokens": 100}, None, None),
        ({"db": "postgresql://a:b@c"}, None, "$.db"),
        ("postgresql://a:b@c", "database", "$"),
    ],
)
def test_where_a_secret_is(value: Any, name: str | None, place: str | None) -> None:
    assert find_secret(value, name) == place
