"""Mail is taken in as Django sends it, and can be read and followed."""

import smtplib
from email.message import EmailMessage


def mail(subject="Заказ 61-204-883-5 оплачен", to="anna@example.org", html=""):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "shop@sungari.example", to
    message.set_content(
        "Здравствуйте!\n.точка в начале\nСледить: http://127.0.0.1:8000/o/abc/?a=1&b=2.\n"
    )
    if html:
        message.add_alternative(html, subtype="html")
    return message


def send(sandbox, *messages):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as line:
        for message in messages:
            line.send_message(message)


def test_a_mail_is_kept_and_found_by_its_recipient(sandbox):
    send(sandbox, mail(), mail("Второе", "boris@example.org"))

    found = sandbox.get("/_/books/mails?to=ANNA@example.org").json()

    assert found["count"] == 1
    assert found["mails"][0]["subject"] == "Заказ 61-204-883-5 оплачен"
    assert found["mails"][0]["to"] == ["anna@example.org"]
    assert "\n.точка в начале\n" in found["mails"][0]["text"]


def test_the_newest_mail_stands_first_and_its_links_can_be_followed(sandbox):
    send(sandbox, mail("Первое"), mail("Второе <b>"))
    listed = sandbox.get("/mail/").text
    number = sandbox.get("/_/books/mails").json()["mails"][0]["id"]
    shown = sandbox.get(f"/mail/{number}").text

    assert listed.index("Второе") < listed.index("Первое")
    assert "<b>" not in listed
    assert 'href="http://127.0.0.1:8000/o/abc/?a=1&amp;b=2"' in shown


def test_an_html_part_is_shown_in_a_cage(sandbox):
    send(sandbox, mail(html="<p>Спасибо</p><script>alert(1)</script>"))
    number = sandbox.get("/_/books/mails").json()["mails"][0]["id"]
    page = sandbox.get(f"/mail/{number}")
    frame = sandbox.get(f"/mail/{number}/html")

    assert "<script" not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_the_receiver_refuses_what_comes_out_of_order_or_too_big(sandbox):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as line:
        line.helo()
        assert line.rcpt("anna@example.org")[0] == 503
        assert line.docmd("DATA")[0] == 503
        assert line.docmd("VRFY", "anna")[0] == 502
        assert line.noop()[0] == 250
        line.mail("shop@sungari.example")
        line.rcpt("anna@example.org")
        assert line.data(b"\r\n" * 3_000_000)[0] == 552
        assert line.rset()[0] == 250
    assert sandbox.get("/_/books/mails").json()["count"] == 0
