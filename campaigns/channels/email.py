"""E-mail over SMTP; over Django's other backends (a file, memory) where those are configured."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from campaigns.channels.base import ChannelDown, Delivered, OutcomeUnknown, Refused
from campaigns.enums import Closure
from campaigns.inputs import Message
from scrm.core import clock, failpoints


class EmailChannel:
    """One SMTP connection per batch. SMTP cannot be asked later what it took.

    Every error of smtplib and of the socket is an OSError.
    """

    batch_size = 100
    timeout_seconds = float(settings.EMAIL_TIMEOUT or 10)

    def __init__(self) -> None:
        # Any: SMTP's backend has a connection that the others lack.
        self._backend: Any = get_connection()

    def open(self) -> None:
        try:
            self._backend.open()
            connection = getattr(self._backend, "connection", None)
            if isinstance(connection, smtplib.SMTP):
                connection.ehlo_or_helo_if_needed()
        except OSError as error:
            raise ChannelDown(Closure.UNREACHABLE, type(error).__name__) from error

    def close(self) -> None:
        self._backend.close()

    def send(self, message: Message) -> Delivered:
        mail = EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.to],
            headers=message.headers,
            connection=self._backend,
        )
        try:
            written: Any = mail.message()
            content = written.as_bytes(linesep="\r\n")
        except (ValueError, UnicodeError) as error:
            raise Refused(f"The mail can't be written: {type(error).__name__}.", permanent=True) from error
        if isinstance(self._backend, SmtpBackend):
            return self._send_by_smtp(content, sender=mail.from_email, to=message.to)
        try:
            self._backend.send_messages([mail])
        except OSError as error:
            raise ChannelDown(Closure.NOT_KEPT, type(error).__name__) from error
        return Delivered()

    def look_up(self, touchpoint_ids: Sequence[int]) -> dict[int, str | None] | None:
        return None

    def _send_by_smtp(self, content: bytes, *, sender: str, to: str) -> Delivered:
        """MAIL, RCPT, DATA, told apart: until the text goes out a lost line means not sent."""
        ends = clock.boot_seconds() + self.timeout_seconds
        if self._backend.connection is None:
            self.open()
        smtp: smtplib.SMTP = self._backend.connection
        beyond_ascii = not to.isascii()
        if beyond_ascii and not smtp.has_extn("smtputf8"):
            raise Refused("The mail server takes plain ASCII addresses only.", permanent=True)
        smtp.command_encoding = "utf-8" if beyond_ascii else "ascii"
        try:
            _accept(smtp, smtp.mail(_address(sender), ["SMTPUTF8"] if beyond_ascii else []))
            _accept(smtp, smtp.rcpt(to))
            _accept(smtp, smtp.docmd("DATA"), good=3)
        except OSError as error:
            self._drop()
            raise ChannelDown(Closure.HUNG_UP, type(error).__name__) from error
        if clock.boot_seconds() >= ends:
            # Each answer came in time, but not all of them together: the lease may be over.
            self._drop()
            raise ChannelDown(Closure.SLOW)
        try:
            smtp.send(_dot_stuffed(content))
            failpoints.passed("http.sent")
            code, answer = smtp.getreply()
        except OSError as error:
            self._drop()
            raise OutcomeUnknown(type(error).__name__) from error
        if code // 100 in (4, 5):
            raise Refused(_words(code, answer), permanent=code >= 500)
        if code // 100 != 2:
            self._drop()
            raise OutcomeUnknown(_words(code, answer))
        return Delivered(answer.decode("utf-8", "replace")[:120])

    def _drop(self) -> None:
        with suppress(OSError):
            self._backend.connection.close()
        self._backend.connection = None


def _accept(smtp: smtplib.SMTP, reply: tuple[int, bytes], good: int = 2) -> None:
    code, answer = reply
    if code // 100 == good:
        return
    with suppress(smtplib.SMTPServerDisconnected):
        smtp.rset()
    if code == 421:
        raise smtplib.SMTPServerDisconnected(_words(code, answer))
    raise Refused(_words(code, answer), permanent=code >= 500)


def _words(code: int, answer: bytes) -> str:
    """The server's answer without what might be an address."""
    text = answer.decode("utf-8", "replace")
    return f"{code} " + " ".join(word for word in text.split() if "@" not in word)[:200]


def _dot_stuffed(content: bytes) -> bytes:
    """RFC 5321, 4.5.2."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _address(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ") if "<" in sender else sender
