"""Owns Superset's configuration: what differs between places comes by the environment."""

import os

from flask_appbuilder.const import AUTH_OAUTH
from known_functions import without_unknown_functions
from sign_on import SignOn

ISSUER = os.environ["SEGUE_ISSUER_URL"].rstrip("/")

SECRET_KEY = os.environ["SEGUE_SUPERSET_SECRET"]
APP_NAME = "Segue reports"

# Cookies do not know ports: a name of its own keeps other programs on this host apart.
SESSION_COOKIE_NAME = "segue_superset"
SESSION_COOKIE_SECURE = os.environ["SEGUE_SUPERSET_URL"].startswith("https:")

# Who somebody is, and what they may see, is the issuer's to say, at every sign-in anew.
AUTH_TYPE = AUTH_OAUTH
CUSTOM_SECURITY_MANAGER = SignOn
OAUTH_PROVIDERS = [
    {
        "name": "segue",
        "icon": "fa-key",
        "token_key": "access_token",
        "remote_app": {
            "client_id": os.environ["SEGUE_SUPERSET_CLIENT_ID"],
            "client_secret": os.environ["SEGUE_SUPERSET_CLIENT_SECRET"],
            "server_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
            "client_kwargs": {"scope": "openid profile", "code_challenge_method": "S256"},
        },
    }
]
AUTH_USER_REGISTRATION = True
# Without a role of the table below one is Public, who may see nothing.
AUTH_USER_REGISTRATION_ROLE = "Public"
AUTH_ROLES_SYNC_AT_LOGIN = True
AUTH_ROLES_MAPPING = {"analyst": ["Analyst"], "finance": ["Finance"]}

# Who sees one chart of a dashboard need not see the others: the dashboards of a role are named.
FEATURE_FLAGS = {"DASHBOARD_RBAC": True}

# Nothing is fetched from elsewhere: no maps, no fonts, no counting of visits.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
}
THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []

# PostgreSQL has functions that run SQL given to them as text, past the dataset.
SQL_QUERY_MUTATOR = without_unknown_functions

ROW_LIMIT = 10_000
SQL_MAX_ROW = 10_000
