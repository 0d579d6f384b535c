"""What the network did in place of an answer, as a typed error: in our words, without the address and what was sent."""

import ssl

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from integrations.zammad.errors import AnswerLost, Permanent, Transient, ZammadError


def network_error(failure: Exception, *, method: str, path: str, read: bool, status: int | None) -> ZammadError:
    """No answer, or half of one. Whether the request can have left decides between Transient and AnswerLost."""
    if isinstance(failure, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return Permanent("a header or the address is not valid", status=None, method=method, path=path)
    cause = _innermost(failure)
    if isinstance(cause, ssl.SSLCertVerificationError):
        words = "the helpdesk's certificate is not trusted, or has expired, or is for another name"
        return Permanent(words, status=None, method=method, path=path)
    words = _words(failure, cause)
    never_sent = isinstance(cause, NewConnectionError | ConnectTimeoutError) or isinstance(
        failure, requests.ConnectTimeout | requests.exceptions.ProxyError
    )
    kind = Transient if read or never_sent else AnswerLost
    return kind(words, status=status, method=method, path=path)


def _innermost(failure: Exception) -> BaseException:
    cause: BaseException = failure
    while True:
        inner = cause.reason if isinstance(cause, MaxRetryError) else next(iter(cause.args), None)
        if not isinstance(inner, BaseException):
            return cause
        cause = inner


def _words(failure: Exception, cause: BaseException) -> str:
    """What happened, without the address (it may hold a query) and without anything that was sent."""
    if isinstance(cause, NewConnectionError):
        return "no connection: the helpdesk cannot be reached"
    if isinstance(failure, requests.ConnectTimeout) or isinstance(cause, ConnectTimeoutError):
        return "no connection within the time allowed"
    if isinstance(failure, requests.Timeout) or isinstance(cause, ReadTimeoutError | TimeoutError):
        return "no answer within the time allowed"
    return f"the connection broke ({type(cause).__name__})"
