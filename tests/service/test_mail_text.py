"""Mails in plain text."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from service.mail_text import plain_mail


def test_a_mail_is_read_as_it_was_written_in_any_writing() -> None:
    subject, body = (
        "Su solicitud: qué sigue ahora, y a quién le toca dar el próximo paso",
        "Días: 3\n",
    )
    told = message_from_bytes(
        bytes(plain_mail({"To": "ana@example.org", "Subject": subject}, body)),
        policy=policy.default,
    )
    assert (told["To"], told["Subject"]) == ("ana@example.org", subject)
    assert told.get_content() == body


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028"])
def test_a_header_of_several_lines_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="To"):
        plain_mail({"To": f"ana@example.org{end}Bcc: all@example.org"}, "")


def test_a_server_is_handed_what_a_file_would_hold() -> None:
    mail = plain_mail({"To": "ana@example.org", "Subject": "Días " * 30}, "Días: 3\n" * 9)
    assert mail.message().as_bytes() == bytes(mail)
