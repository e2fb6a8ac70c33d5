"""Mail against real servers on the loopback: plain, encrypted, with a password, refusing, and silent."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from engine.errors import SettingsInvalid
from handlers.mail import Letter, Mailer, MailRefused, MailUnavailable, message_id

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
PATIENCE_SECONDS = 30.0
LETTER = Letter(to="ana@example.org", subject="新案件 NR20231001001", text="您好，请查看。", key="job-1", at=NOON)


class Postbox:
    """Keeps what a server takes, and answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[tuple[Envelope, bool]] = []
        self.recipient_answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.taken.append((envelope, session.ssl is not None))
        return "250 taken"

    def message(self) -> Message:
        return message_from_bytes(self.taken[-1][0].content)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(key.private_bytes(*plain) + built.public_bytes(serialization.Encoding.PEM))
    return path


class AnyPort(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def serve(postbox: Postbox) -> Iterator[Callable[..., int]]:
    """Start mail servers; each call tells the port of a new one."""
    running: list[Controller] = []

    def start(**how: Any) -> int:
        controller = AnyPort(postbox, hostname="127.0.0.1", port=0, ready_timeout=PATIENCE_SECONDS, **how)
        controller.start()
        running.append(controller)
        return controller.port

    yield start
    for controller in running:
        controller.stop()


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def mailer(port: int, **how: Any) -> Mailer:
    return Mailer(host="127.0.0.1", port=port, sender="客服 <desk@example.org>", timeout_seconds=PATIENCE_SECONDS, **how)


def only_this_password(server: SMTP, session: Any, envelope: Any, mechanism: str, credentials: Any) -> AuthResult:
    return AuthResult(success=(credentials.login, credentials.password) == (b"desk", b"secret"), handled=False)


def test_a_letter_arrives_readable_and_marked_as_automatic(serve, postbox):
    said = mailer(serve()).send(LETTER)
    message = postbox.message()
    assert str(make_header(decode_header(message["Subject"]))) == "新案件 NR20231001001"
    assert message.get_payload(decode=True).decode().strip() == "您好，请查看。"
    assert (message["To"], message["Auto-Submitted"]) == ("ana@example.org", "auto-generated")
    assert message["Date"] == "Sat, 21 Nov 2026 04:00:00 +0000"
    assert message["Message-ID"] in said


def test_a_repeat_has_the_same_message_id_and_another_key_another(serve, postbox):
    ours = mailer(serve())
    for _ in range(2):
        ours.send(LETTER)
    first, second = (message_from_bytes(envelope.content)["Message-ID"] for envelope, _ in postbox.taken)
    assert first == second == message_id("job-1", sender="desk@example.org")
    assert message_id("job-2", sender="desk@example.org") != first
    assert "job-1" not in first


def test_with_a_password_it_encrypts_before_it_logs_in(serve, postbox, certificate):
    how = {"tls_context": server_context(certificate), "authenticator": only_this_password, "auth_required": True}
    port = serve(**how)
    mailer(port, user="desk", password="secret", tls="required", trust=trusting(certificate)).send(LETTER)
    assert postbox.taken[0][1] is True


def test_encryption_from_the_start(serve, postbox, certificate):
    port = serve(ssl_context=server_context(certificate))
    mailer(port, tls="from_start", trust=trusting(certificate)).send(LETTER)
    assert len(postbox.taken) == 1


def test_a_server_that_offers_encryption_gets_it(serve, postbox, certificate):
    mailer(serve(tls_context=server_context(certificate)), trust=trusting(certificate)).send(LETTER)
    assert postbox.taken[0][1] is True


def test_a_certificate_that_nobody_vouches_for_stops_the_letter(serve, postbox, certificate):
    port = serve(tls_context=server_context(certificate))
    with pytest.raises(MailUnavailable, match="certificate"):
        mailer(port, tls="required").send(LETTER)
    assert postbox.taken == []


def test_a_password_never_crosses_an_open_line(serve, postbox):
    port = serve(authenticator=only_this_password, auth_require_tls=False)
    ours = Mailer.from_url(f"smtp://desk:secret@127.0.0.1:{port}", sender="desk@example.org")
    with pytest.raises(MailRefused, match="STARTTLS"):
        ours.send(LETTER)
    assert postbox.taken == []


def test_a_wrong_password_is_tried_again_since_we_can_repair_it(serve, certificate):
    port = serve(tls_context=server_context(certificate), authenticator=only_this_password)
    with pytest.raises(MailUnavailable, match="535"):
        mailer(port, user="desk", password="wrong", tls="required", trust=trusting(certificate)).send(LETTER)


def test_a_refused_address_is_final_and_a_busy_server_is_not(serve, postbox):
    ours = mailer(serve())
    postbox.recipient_answer = "550 no such mailbox"
    with pytest.raises(MailRefused, match="no such mailbox"):
        ours.send(LETTER)
    postbox.recipient_answer = "451 come back later"
    with pytest.raises(MailUnavailable, match="come back later"):
        ours.send(LETTER)


def test_what_a_server_repeats_of_an_address_is_masked(serve, postbox):
    postbox.recipient_answer = f"451 4.2.2 <{LETTER.to}> is over quota"
    with pytest.raises(MailUnavailable, match=r"<a\*\*\*@example\.org> is over quota"):
        mailer(serve()).send(LETTER)


def test_a_server_that_is_away_is_tried_again(serve):
    with pytest.raises(MailUnavailable, match="doesn't answer"):
        mailer(1).send(LETTER)


@pytest.mark.parametrize("address", ["", "ana", "ana@", "a@b, c@d", "ana@example.org\r\nBcc: eve@example.org", "a b@c.org"])
def test_only_one_plain_address_is_a_recipient(address):
    letter = Letter(to=address, subject="x", text="y", key="k", at=NOON)
    with pytest.raises(MailRefused, match="isn't a mail address"):
        mailer(1).message(letter)


def test_a_refusal_shows_no_more_of_an_address_than_its_mask():
    letter = Letter(to="ana.roy @example.org", subject="x", text="y", key="k", at=NOON)
    with pytest.raises(MailRefused) as refused:
        mailer(1).message(letter)
    assert "ana.roy" not in refused.value.message


def test_a_subject_cannot_add_headers():
    letter = Letter(to="ana@example.org", subject="Hello\r\nBcc: eve@example.org", text="x", key="k", at=NOON)
    assert mailer(1).message(letter)["Bcc"] is None


def test_the_url_says_how_to_connect():
    ours = Mailer.from_url("smtp://de%40sk:se%3Acret@mail.example.org:587?tls=required", sender="a@b.c")
    assert (ours.host, ours.port, ours.user, ours.password, ours.tls) == ("mail.example.org", 587, "de@sk", "se:cret", "required")
    assert (Mailer.from_url("smtps://h", sender="a@b.c").port, Mailer.from_url("smtp://h", sender="a@b.c").port) == (465, 25)
    assert "se:cret" not in repr(ours)


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "smtp://h?tls=maybe"])
def test_a_url_that_names_no_mail_server_is_refused(url):
    with pytest.raises(SettingsInvalid):
        Mailer.from_url(url, sender="a@b.c")
