"""Owns what is taken of an id token: who somebody is, and the roles that the issuer gives them."""

from typing import Any

from superset.security import SupersetSecurityManager


class SignOn(SupersetSecurityManager):
    def oauth_user_info(self, provider: str, response: dict[str, Any] | None = None) -> dict[str, Any]:
        # Verified by then: signature, issuer, audience, nonce and time.
        claims = (response or {})["userinfo"]
        first, _, last = claims.get("name", claims["sub"]).partition(" ")
        return {
            "username": claims["sub"],
            "first_name": first,
            "last_name": last,
            "email": claims.get("email", f"{claims['sub']}@accounts.invalid"),
            "role_keys": claims.get("roles", []),
        }
