"""Where the site listens: host and port from the environment, and whether they can be had."""

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


class AddressProblem(Exception):
    """An address that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Address":
        """HOST and PORT, else this computer only and 8000."""
        port = environment.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise AddressProblem(f"PORT={port} is no port number. Use one from 1024 to 65535: PORT=8001 make run")
        return cls(environment.get("HOST") or "127.0.0.1", int(port))

    @property
    def is_local(self) -> bool:
        return self.host in LOCAL_HOSTS

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address to type into a browser on this computer."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound.
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    def require_free(self) -> None:
        """AddressProblem when somebody else listens there, or the host is not this computer's."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen(1)
            except PermissionError:
                raise AddressProblem(
                    f"Port {self.port} is reserved for the system administrator. Use another: PORT=8001 make run"
                ) from None
            except (socket.gaierror, OSError) as error:
                if isinstance(error, socket.gaierror) or error.errno in (99, 49):
                    raise AddressProblem(
                        f"HOST={self.host} is no address of this computer. Leave HOST out to serve this computer only."
                    ) from None
                raise AddressProblem(
                    f"Port {self.port} is in use by another program. Use another: PORT={self.port + 1} make run"
                ) from None

    def status(self) -> int | None:
        """The HTTP status of the front page; None while nobody answers yet."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://").rstrip("/"), timeout=20)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
