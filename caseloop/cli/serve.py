"""`caseloop up`, `web` and `worker`: what runs."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import click
import structlog

from caseloop.cli.product import built
from caseloop.settings import Settings
from caseloop.signals import GRACE_SECONDS, stopped_by_signals
from caseloop.supervisor import Supervisor, follow_parent
from engine.errors import Unavailable
from engine.model import LEASE_SECONDS

log = structlog.get_logger()


@click.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Make everything ready, then run web and worker until Ctrl-C.

    On the first start this makes the database and its keys, deploys the packaged processes, and makes demo agents whose
    one-time passwords it prints. A web or worker process that dies is started again.

    \b
    Example, on another port:
      CASELOOP_PORT=9000 caseloop up
    """
    from caseloop import bootstrap, first_start

    _require_free_port(settings)
    bootstrap.prepare(settings)
    made = first_start.furnish(built(settings))
    for agent, password in made:
        click.echo(f"  {agent.login:<10} {agent.role:<11} one-time password: {password}")
    if made:
        click.echo("These passwords are shown this once; each is to be changed at the first login.")
    click.echo(f"Caseloop answers at {settings.base_url} (Ctrl-C stops it)")
    Supervisor(("web", "worker")).run()


@click.command()
@click.option(
    "--grace-seconds",
    type=click.FloatRange(0, 600),
    default=GRACE_SECONDS,
    show_default=True,
    help="When it is stopped, requests may take so long to end.",
)
@click.pass_obj
def web(settings: Settings, grace_seconds: float) -> None:
    """Serve the web pages. SIGTERM lets the requests that came in end, and takes no new ones.

    \b
    Example, for other machines too:
      CASELOOP_HOST=0.0.0.0 CASELOOP_BASE_URL=https://desk.example.com caseloop web
    """
    from caseloop import bootstrap
    from caseloop.serving import serve
    from webui.app import create_app
    from webui.notification.notices import end_streams

    _require_free_port(settings)
    stop = stopped_by_signals()
    app = create_app(built(settings), secret_key=bootstrap.web_secret(settings))
    follow_parent(stop)
    log.info("web_serves", url=settings.base_url, pid=os.getpid())
    cut = serve(app, stop=stop, leave=lambda: end_streams(app), grace_seconds=grace_seconds, **_listening(settings))
    log.info("web_stopped", pid=os.getpid(), requests_cut=cut)


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="How many jobs at a time.")
@click.option(
    "--lease-seconds",
    type=click.FloatRange(1, 3600),
    default=LEASE_SECONDS,
    show_default=True,
    help="After this time another worker takes over the job or message of one that died.",
)
@click.pass_obj
def worker(settings: Settings, threads: int, lease_seconds: float) -> None:
    """Run jobs, fire timers and bring messages on their way. Start as many as you like, on as many machines.

    Finished jobs are deleted after CASELOOP_KEEP_JOBS_DAYS (30), the keys of what was taken once after CASELOOP_KEEP_KEYS_DAYS
    (90); 0 keeps them for ever. SIGTERM lets it finish the jobs in its hands.

    \b
    Example:
      caseloop worker --threads 4
    """
    from engine.worker import Worker

    services = built(settings)
    engine = services.engine
    stop = stopped_by_signals()
    name = f"{socket.gethostname()}-{os.getpid()}"
    follow_parent(stop)
    workers = [
        threading.Thread(target=Worker(engine, name=f"{name}-{index}", lease_seconds=lease_seconds).run, args=(stop,))
        for index in range(threads)
    ]
    lease = {"lease": timedelta(seconds=lease_seconds)}
    workers.append(threading.Thread(target=services.desk.courier.run, args=(stop,), kwargs=lease))
    log.info("worker_runs", name=name, threads=threads)
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    engine.queue.close()


def _listening(settings: Settings) -> dict[str, Any]:
    """Waitress's options."""
    options = {
        "host": settings.host,
        "port": settings.port,
        "threads": settings.threads + settings.streams,
        "url_scheme": urlsplit(settings.base_url).scheme,
        "ident": "caseloop",
        "clear_untrusted_proxy_headers": True,
    }
    if settings.trusted_proxy:
        options |= {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": "x-forwarded-for"}
    return options


def _require_free_port(settings: Settings) -> None:
    """Raises Unavailable when we can't listen there, before passwords are shown and processes die one after the other."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Unavailable(
            f"Nothing can listen at {settings.host}:{settings.port}: {error.strerror}. "
            "Stop what runs there, perhaps another Caseloop, or choose another port, such as CASELOOP_PORT=9000."
        ) from error
