"""Asks a web process whether it is ready: `python -m storefront.management.probe HOST:PORT`."""

import http.client
import os
import sys
from contextlib import closing, suppress
from urllib.parse import urlsplit


def is_ready(address: str, site_url: str) -> bool:
    """Ask as the proxy in front would: with the site's own name, and by its scheme."""
    site = urlsplit(site_url)
    headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
    connection = http.client.HTTPConnection(address, timeout=5)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == 200
    return False


if __name__ == "__main__":
    sys.exit(not is_ready(sys.argv[1], os.environ["SITE_URL"]))
