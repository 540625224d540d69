"""A mail as it is written: what people typed stays where it belongs."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from notifications.exceptions import MailRefused
from notifications.message import File, clean_address, clean_headers, clean_line, split_address, write_message

WRITTEN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def written(**extra) -> tuple[bytes, object]:
    values = {
        "sender": "Lectern <site@example.com>",
        "to_address": "reader@example.com",
        "to_name": "",
        "subject": "Hello",
        "text": "Text",
        "html": "",
        "headers": {},
        "message_id": "<1@example.com>",
        "written_at": WRITTEN,
        **extra,
    }
    raw = write_message(**values)
    return raw, message_from_bytes(raw, policy=policy.default)


def test_headers_of_a_plain_mail():
    raw, message = written()
    assert dict(message.items()) == {
        "From": "Lectern <site@example.com>",
        "To": "reader@example.com",
        "Subject": "Hello",
        "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
        "Message-ID": "<1@example.com>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert "List-Unsubscribe" not in message


def test_beyond_ascii_survives_the_way():
    raw, message = written(
        subject="Grüße — " + "ü" * 150, to_name='Jörg "der" <Große>, Chef', text="Ä\n" * 3, html="<p>Ä</p>"
    )
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) < 100
    assert message["Subject"] == "Grüße — " + "ü" * 150
    address = message["To"].addresses[0]
    assert (len(message["To"].addresses), address.addr_spec) == (1, "reader@example.com")
    assert address.display_name == 'Jörg "der" <Große>, Chef'
    assert message.get_body(("plain",)).get_content().split() == ["Ä"] * 3
    assert message.get_body(("html",)).get_content().strip() == "<p>Ä</p>"


def test_address_beyond_ascii_is_written_as_it_is():
    raw, _message = written(to_address="jörg@example.com")
    assert "To: jörg@example.com\r\n".encode() in raw


def test_long_addresses_in_headers_stay_whole():
    """The library would break them into encoded words, which nobody can follow."""
    link = f"<https://example.com/stop/{'a' * 300}>"
    message_id = f"<{'0' * 36}@{'long-' * 12}host.example.com>"
    raw, message = written(headers={"List-Unsubscribe": link}, message_id=message_id)
    assert f"List-Unsubscribe: {link}\r\n".encode() in raw
    assert f"Message-ID: {message_id}\r\n".encode() in raw
    assert message["List-Unsubscribe"] == link


def test_files_come_after_the_text():
    files = [
        File("Bericht März.pdf", "application/pdf", b"%PDF\x00\xff"),
        File("plain", "", b"x"),
        File("n.csv", "text/csv", b"\xff"),
    ]
    _raw, message = written(html="<p>x</p>", files=files)
    assert [part.get_content_type() for part in message.iter_attachments()] == [
        "application/pdf",
        "application/octet-stream",
        "text/csv",
    ]
    first, _second, third = message.iter_attachments()
    assert (first.get_filename(), first.get_content()) == ("Bericht März.pdf", b"%PDF\x00\xff")
    assert third.get_payload(decode=True) == b"\xff"


def test_same_mail_same_identity():
    _raw, one = written()
    _raw, two = written()
    assert (one["Message-ID"], one["Date"]) == (two["Message-ID"], two["Date"])


@pytest.mark.parametrize(
    ("given", "bare"),
    [
        (" Reader@Example.COM ", "Reader@example.com"),
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("o'neil+x@example.com", "o'neil+x@example.com"),
    ],
)
def test_clean_address(given, bare):
    assert clean_address(given) == bare


@pytest.mark.parametrize(
    "address",
    ["", "reader", "@example.com", "reader@", "a@b@c", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "<a@example.com>",
     "a@example.com,b@example.com", "a@exa..mple.com", f"{'x' * 250}@example.com", "a\x00@example.com"],
)  # fmt: skip
def test_clean_address_refuses(address):
    with pytest.raises(MailRefused, match="is not an e-mail address"):
        clean_address(address)


def test_split_address():
    assert split_address("Lea Learner <lea@example.com>") == ("Lea Learner", "lea@example.com")
    with pytest.raises(MailRefused):
        split_address("Lea\r\nBcc: x@example.com <lea@example.com>")


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])
def test_one_line_only(break_):
    with pytest.raises(MailRefused, match="must be one line"):
        clean_line(f"Hello{break_}Bcc: other@example.com", "subject")
    with pytest.raises(MailRefused, match="must be one line"):
        clean_headers({"X-Note": f"a{break_}Bcc: other@example.com"})


@pytest.mark.parametrize("name", ["Bcc", "to", "From", "Message-ID", "X Note", "X:", "", "X\r\nBcc", "Content-Type"])
def test_headers_that_no_caller_may_set(name):
    with pytest.raises(MailRefused, match="may not set the header"):
        clean_headers({name: "x"})


def test_clean_headers():
    assert clean_headers(None) == {}
    assert clean_headers({"Reply-To": "a@example.com"}) == {"Reply-To": "a@example.com"}
