"""The family of refusals: each has a code, a status, data and a sentence for a person.

AppError
├── Malformed           400  the request itself cannot be read
├── Unauthorized        401  no key, or one we do not know
├── SignInNeeded        401  a page of a door nobody has come through yet
├── FormExpired         403  a form without a good token, or sent from another site
├── HttpsNeeded         403  a key sent without encryption
├── NotFound            404  not there, or not yours: the two look the same
├── MethodNotAllowed    405
├── Conflict            409  the code says which
├── TooLarge            413
├── UnsupportedMedia    415
├── Invalid             422  readable, with one Fault for each value that will not do
├── TooMany             429  with the seconds to wait
├── Unexpected          500  a fault of ours
└── Unavailable         503  the database is away
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from service.i18n import _


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that will not do: where (JSON pointer), a stable code, and words."""

    pointer: str
    code: str
    detail: str


class AppError(Exception):
    """A refusal. `message` is an English message id; `values` fill its names."""

    status: ClassVar[int] = 500
    code: str = "unexpected"
    message: str = _("Something went wrong on our side.")

    def __init__(
        self, code: str | None = None, message: str | None = None, **values: object
    ) -> None:
        self.code = code or type(self).code
        self.message = message or type(self).message
        self.values = values
        super().__init__(self.code)

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that belong to this answer alone."""
        return {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        return ()


class Malformed(AppError):
    status = 400
    code = "malformed"
    message = _("We could not read this request.")


class Unauthorized(AppError):
    status = 401
    code = "unauthorized"
    message = _("This needs a key that we know.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="threshold"'}


class SignInNeeded(AppError):
    """Pages turn this into a redirect to the door's own sign-in page."""

    status = 401
    code = "sign_in_needed"
    message = _("Sign in to see this page.")

    def __init__(self, door: str) -> None:
        super().__init__()
        self.door = door


class FormExpired(AppError):
    status = 403
    code = "form_expired"
    message = _(
        "This page was open for too long, or another visit was begun in this browser."
        " Nothing on it was saved. Open it again from here."
    )
    no_cookie = _(
        "Your browser did not send the cookie that holds this form together. Allow cookies for"
        " this page, or use another browser, and open it again from here."
    )
    # The same two where what was typed stands on the page, to be sent once more.
    kept = _(
        "This page was open for too long, so it was not sent yet. Nothing you typed is lost:"
        " send it again from here."
    )
    kept_without_cookie = _(
        "Your browser did not send the cookie that holds this form together. Nothing you typed is"
        " lost: send it again from here. If this page comes back, allow cookies for it."
    )


class HttpsNeeded(AppError):
    status = 403
    code = "https_needed"
    message = _("Send this over https. Treat the key you used as seen by others.")


class NotFound(AppError):
    status = 404
    code = "not_found"
    message = _("There is no page here.")


class MethodNotAllowed(AppError):
    status = 405
    code = "method_not_allowed"
    message = _("This address does not take that kind of request.")

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.allow = allow

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Allow": self.allow}


class Conflict(AppError):
    """The caller names the code: `already_decided`, `newer_version`, `not_in_lease`…"""

    status = 409
    code = "conflict"
    message = _("This has changed in the meantime.")

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        retry_after: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, message, **values)
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class DraftUnreadable(AppError):
    status = 409
    code = "draft_unreadable"
    message = _(
        "We keep it as it is, and somebody will look at it. Call us, or start again from the first"
        " page."
    )


class TooLarge(AppError):
    status = 413
    code = "too_large"
    message = _("This is more than we can take in one go.")

    @property
    def headers(self) -> Mapping[str, str]:
        """The rest of the body is not read, so the connection cannot be used again."""
        return {"Connection": "close"}


class RequestTimeout(AppError):
    status = 408
    code = "request_timeout"
    message = _("The connection was too slow. Please try again.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Connection": "close"}


class UnsupportedMedia(AppError):
    status = 415
    code = "unsupported_media_type"
    message = _("This address does not take that kind of content.")


class Invalid(AppError):
    status = 422
    code = "invalid"
    message = _("Some of this needs another look.")

    def __init__(
        self, faults: Iterable[Fault] = (), code: str | None = None, message: str | None = None
    ) -> None:
        super().__init__(code, message)
        self._faults = tuple(faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self._faults


class TooMany(AppError):
    status = 429
    code = "too_many"
    message = _("There were too many tries. Please wait and try again later.")

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = max(1, retry_after)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after)}


class Unexpected(AppError):
    status = 500


class Unavailable(AppError):
    status = 503
    code = "unavailable"
    message = _("The service is resting for a moment. Please try again soon.")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "5"}
