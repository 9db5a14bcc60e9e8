"""Who signs CEB messages: a protocol, and a demo signer whose key is made when it starts."""

import base64
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from . import sm2
from .messages import WrongPaper

# Source: design notes 1.6
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DS}enveloped-signature"
SM2 = "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"
SM3 = "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"


class NoSigner(WrongPaper):
    """A message must be signed, and nobody is set to sign it."""

    code = "no_signer"


class Signer(Protocol):
    """What signs: a key in a file, a device, a service of the E-port."""

    name: str  # the number of the certificate
    digest: str
    method: str
    certificate: bytes

    def hash(self, data: bytes) -> bytes:
        """The digest of the canonical document."""

    def sign(self, data: bytes) -> bytes:
        """The signature of the canonical description of what is signed."""


class Demo:
    """A signer of the demo: its key lives as long as the process and stands in no file.

    `certificate` is the bare public point, not a certificate of an authority.
    """

    digest, method = SM3, SM2

    def __init__(self) -> None:
        self._key = sm2.new_key()
        point = sm2.public(self._key)
        self.certificate = b"\x04" + b"".join(part.to_bytes(sm2.SIZE) for part in point)
        self.name = f"DEMO{sm2.sm3(self.certificate).hex()[:16].upper()}"

    def hash(self, data: bytes) -> bytes:
        return sm2.sm3(data)

    def sign(self, data: bytes) -> bytes:
        return sm2.sign(self._key, data)


SIGNERS: dict[str, type[Signer]] = {"demo": Demo}


@cache
def _made(name: str) -> Signer:
    return SIGNERS[name]()


def current() -> Signer:
    """The signer of CUSTOMS_SIGNER.

    Raises: NoSigner.
    """
    if settings.CUSTOMS_SIGNER not in SIGNERS:
        raise NoSigner(_("This message must be signed: set CUSTOMS_SIGNER."), field="Signature")
    return _made(settings.CUSTOMS_SIGNER)


def canonical(node: etree._Element) -> bytes:
    return bytes(etree.tostring(node, method="c14n", exclusive=False, with_comments=False))


def sign(root: etree._Element, signer: Signer) -> None:
    """Put the signature of a whole message at its end (enveloped)."""
    digest = signer.hash(canonical(root))
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = _add(signature, "SignedInfo")
    _add(info, "CanonicalizationMethod", Algorithm=C14N)
    _add(info, "SignatureMethod", Algorithm=signer.method)
    reference = _add(info, "Reference", URI="")
    _add(_add(reference, "Transforms"), "Transform", Algorithm=ENVELOPED)
    _add(reference, "DigestMethod", Algorithm=signer.digest)
    _add(reference, "DigestValue").text = _text(digest)
    _add(signature, "SignatureValue").text = _text(signer.sign(canonical(info)))
    known = _add(signature, "KeyInfo")
    _add(known, "KeyName").text = signer.name
    _add(_add(known, "X509Data"), "X509Certificate").text = _text(signer.certificate)


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
