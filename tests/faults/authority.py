"""TLS of one's own: an authority that nobody else knows, and a server that it vouches for."""

from __future__ import annotations

import ssl
import tempfile
from functools import cache
from pathlib import Path


@cache
def server_tls() -> ssl.SSLContext:
    """Return the settings of a server on this machine."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        context.load_cert_chain(*write_certificate(Path(folder)))
    return context


@cache
def client_tls() -> ssl.SSLContext:
    """Return the settings of a client that trusts the authority, as `verify=` takes them."""
    return ssl.create_default_context(cadata=AUTHORITY)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write the server's certificate and key into files, and return their paths."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(CERTIFICATE)
    key.write_text(KEY)
    return certificate, key


# All are good from 2000 to 2099, for "localhost" and 127.0.0.1. The key of the authority was thrown
# away when it had signed.

AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBezCCASKgAwIBAgIBATAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhBdXRob3Jp
dHkgb2YgdGhlc2UgdGVzdHMwIBcNMDAwMTAxMDAwMDAwWhgPMjA5OTEyMzEwMDAw
MDBaMCMxITAfBgNVBAMMGEF1dGhvcml0eSBvZiB0aGVzZSB0ZXN0czBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABLHYvakfy1Ivn1acjt7IeMIV+cGo7t2y/ZjzHV8Q
xxpJpLjXpNRcvcV+0hezpz4+l7Zi3G0SAoLQ+7MxSRdicyqjRTBDMBIGA1UdEwEB
/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBR+fnFL4ryQhnEP
AS/Hv17FMVK38TAKBggqhkjOPQQDAgNHADBEAiBrp1HDJ8Ojv+X3ZCrCNHEQAVV4
y8skww2IDHqf/PUbugIgTMU9HnnqBTCiSz9gETPt/kT2ZUM8/JAfJUvr/1HrKYY=
-----END CERTIFICATE-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBuzCCAWGgAwIBAgIBAjAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhBdXRob3Jp
dHkgb2YgdGhlc2UgdGVzdHMwIBcNMDAwMTAxMDAwMDAwWhgPMjA5OTEyMzEwMDAw
MDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABMDXzzcuKmH7krRNmuOUIpR1/IK/ZrZgtnVBWIMfiRbb6oLH6jU9do9ot4/X
IIrMFxsJvNKvpFZhCMmw7szLzzajgZIwgY8wDAYDVR0TAQH/BAIwADAOBgNVHQ8B
Af8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwGgYDVR0RBBMwEYIJbG9jYWxo
b3N0hwR/AAABMB0GA1UdDgQWBBTVSv5SSCnUUQT10UnYnnYKO/dqWDAfBgNVHSME
GDAWgBR+fnFL4ryQhnEPAS/Hv17FMVK38TAKBggqhkjOPQQDAgNIADBFAiAD1wT9
sJUTD9yGBKmKsMhQZsYKE5dU7bTKCp7osxXmGAIhAOotomDcDPT9KMlj8rNuoH6C
1B+znwUlULoJ0z9ah9Cj
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWtBEC5kUGwXLqhDe
rUJ2FtpmaiZ3hSoK7oKbHWvm596hRANCAATA1883Liph+5K0TZrjlCKUdfyCv2a2
YLZ1QViDH4kW2+qCx+o1PXaPaLeP1yCKzBcbCbzSr6RWYQjJsO7My882
-----END PRIVATE KEY-----
"""
