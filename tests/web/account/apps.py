"""An app on somebody's phone: the codes that it shows, and its set-up."""

import hmac
import re
import struct
from base64 import b32decode
from hashlib import sha1

from scrm.core import clock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret, step=0):
    """RFC 6238, told once more."""
    counter = struct.pack(">Q", int(clock.now().timestamp()) // 30 + step)
    digest = hmac.new(b32decode(secret), counter, sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def enrol(browser):
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="app-secret"[^>]*value="(\w+)"', page)[1]
    return secret, browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
