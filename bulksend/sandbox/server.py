"""The sandbox's HTTP face: Telnyx's paths, and its own to look behind them.

    POST /v2/messages/alphanumeric_sender_id       POST /v2/messages
    GET  /v2/messages/{id}                         GET /v2/balance
    GET  /v2/messaging_profiles/{id}               GET /v2/messaging_optouts
    GET  /v2/messaging_profiles/{id}/alphanumeric_sender_ids
    GET  /v2/detail_records                        GET /v2/webhook_deliveries
    GET  /v2/alphanumeric_sender_ids
    GET  /sandbox/ledger, /sandbox/messages        POST /sandbox/faults, /sandbox/clock

The only room with aiohttp's server. It binds loopback and nothing else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any, Self

import orjson
from aiohttp import web

from bulksend import errors
from bulksend.frozen import frozen
from bulksend.sandbox import checks, deliveries, detail_records, portal, webhooks
from bulksend.sandbox.checks import Refusal
from bulksend.sandbox.payload import payload
from bulksend.sandbox.scripts import faults, misbehave
from bulksend.sandbox.scripts.faults import Rule
from bulksend.sandbox.state import Entry, SandboxConfig, State, Stored
from bulksend.setting_names import Setting

__all__ = ["Sandbox", "SandboxConfig"]

_JSON = "application/json"
#: Of long codes and pools too; the sandbox has alphanumeric senders alone.
_ANY_SENDER = "/v2/messages"
#: Faults that are an answer, and say no.
_ERRORS = ("http", "error")


@frozen(kw_only=False)
class _Arrived:
    """A request to send, read whole."""

    #: From 1.
    number: int
    body: bytes
    request: web.Request


class Sandbox:
    """An async context manager: a server on loopback for as long as it is entered."""

    def __init__(self, config: SandboxConfig, *, tls: ssl.SSLContext | None = None) -> None:
        if not ipaddress.ip_address(config.host).is_loopback:
            raise errors.UsageError(
                "the sandbox listens on loopback only", hint="leave the host out"
            )
        self.config = config
        self.state = State(config)
        self._taken_key = None if config.any_account else config.api_key
        self._taken_profile = None if config.any_account else config.profile_id
        self._webhooks = webhooks.Webhooks(self.state) if config.reports else None
        self.port = 0
        self._tls = tls

    @property
    def key(self) -> str:
        """The API key it takes."""
        return self.config.api_key

    @property
    def public_key(self) -> str:
        """What signed webhooks are checked with; "" where none are sent."""
        return self._webhooks.public_key if self._webhooks is not None else ""

    @property
    def base_url(self) -> str:
        """What `base_url` wants."""
        return f"{'https' if self._tls else 'http'}://{self.config.host}:{self.port}/v2"

    @property
    def ledger(self) -> list[Entry]:
        """Every full request to send, in the order of their arrival."""
        return self.state.ledger

    async def __aenter__(self) -> Self:
        self.state.open()
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=0.5, max_line_size=1 << 16
        )
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, self.config.host, self.config.port, ssl_context=self._tls, backlog=1024
        )
        try:
            await site.start()
        except OSError as failure:
            await self._runner.cleanup()
            raise errors.UsageError(
                f"the sandbox cannot listen on port {self.config.port}: {failure.strerror}",
                hint=f"give {Setting.PORT} another one",
            ) from None
        self.port = int(self._runner.addresses[0][1])
        self._reporting = asyncio.create_task(self._report(), name="bulksend-sandbox-webhooks")
        return self

    async def _report(self) -> None:
        if self._webhooks is not None:
            await self._webhooks.run()

    async def __aexit__(self, *_: object) -> None:
        self._reporting.cancel()
        await asyncio.wait([self._reporting])
        await self._runner.cleanup()
        self.state.close()
        if not self._reporting.cancelled():
            self._reporting.result()  # webhooks that nobody sent are no silence to be tested

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20, middlewares=[_nowhere])
        profile, state = "/v2/messaging_profiles/{id}", self.state
        app.add_routes(
            [
                web.post("/v2/messages/alphanumeric_sender_id", self._send),
                web.post("/v2/messages", self._send),
                web.get("/v2/messages/{id:[0-9A-Fa-f-]+}", self._read(self._message)),
                web.get("/v2/balance", self._read(lambda _: portal.balance(state))),
                web.get(profile, self._read(lambda r: portal.profile(state, r.match_info["id"]))),
                web.get(f"{profile}/alphanumeric_sender_ids", self._read(self._senders)),
                web.get(
                    "/v2/alphanumeric_sender_ids",
                    self._read(lambda r: portal.senders(state, r.query)),
                ),
                web.get(
                    "/v2/messaging_optouts",
                    self._read(lambda r: portal.opt_outs(state, r.query), bare=True),
                ),
                web.get("/v2/detail_records", self._read(self._records)),
                web.get("/v2/webhook_deliveries", self._read(self._deliveries)),
                web.get("/sandbox/ledger", self._show_ledger),
                web.get("/sandbox/messages", self._show_messages),
                web.post("/sandbox/clock", self._set_clock),
                web.post("/sandbox/faults", self._set_faults),
            ]
        )
        app.on_response_prepare.append(self._date)
        return app

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        """The sandbox tells its own time."""
        if self.state.ahead_s:
            response.headers["Date"] = formatdate(self.state.now(), usegmt=True)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        state = self.state
        state.requests += 1
        number = state.requests
        if self.config.latency_s:
            await asyncio.sleep(self.config.latency_s)
        arrived = _Arrived(number, body, request)
        rule = faults.find(state.rules, number, _peek_to(body), state.chance)
        if rule is not None and not rule.after and rule.fault not in faults.UNUSUAL:
            self._note(arrived, rule=rule)
            if (faulty := await misbehave.misbehave(rule, request)) is not None:
                return faulty
        response = self._answer(arrived, rule)
        if rule is not None and rule.after:
            return await misbehave.misbehave(rule, request) or response
        return response

    def _answer(self, arrived: _Arrived, rule: Rule | None) -> web.Response:
        """Check, accept, charge, note; the reply Telnyx would give."""
        body, request = arrived.body, arrived.request
        state, key = self.state, request.headers.get("Idempotency-Key", "")
        try:
            checks.authorized(request.headers.get("Authorization", ""), self._taken_key)
            state.check_pace(state.now())
            replayed = state.replay(key, body, state.now())
            if replayed is not None:
                self._note(arrived, reply=replayed)
                return _json(replayed, headers={"Idempotent-Replayed": "true"})
            order = checks.check_order(
                body,
                self._taken_profile,
                self.config.senders,
                any_sender=request.path == _ANY_SENDER,
            )
            charge = rule if rule is not None and rule.fault == "charge" else faults.AS_USUAL
            stored = state.accept(order, state.now(), charge)
            if self._webhooks is not None:
                self._webhooks.expect(stored)
        except Refusal as refusal:
            if refusal.code not in ("10036", "10027"):
                state.keep(key, None)
            self._note(arrived, refusal=refusal, rule=rule)
            return _refused(refusal, state.config.requests_per_s)
        reply = orjson.dumps({"data": payload(stored, self.state.now(), first=True)})
        if rule is not None and rule.fault == "numeric_cost":
            reply = reply.replace(f'"{stored.cost}"'.encode(), str(stored.cost).encode())
        failed = rule is not None and rule.after and rule.status >= 500 and rule.fault in _ERRORS
        state.keep(key, None if failed else reply)  # only a success is stored
        self._note(arrived, stored=stored, rule=rule)
        return _json(reply)

    def _note(
        self,
        arrived: _Arrived,
        *,
        stored: Stored | None = None,
        refusal: Refusal | None = None,
        rule: Rule | None = None,
        reply: bytes | None = None,
    ) -> None:
        values = _peek(arrived.body)
        if reply is not None:
            stored = self.state.messages[orjson.loads(reply)["data"]["id"]]
        self.state.note(
            Entry(
                request=arrived.number,
                at_s=self.state.now(),
                to=str(values.get("to", "")),
                sender=str(values.get("from", "")),
                text=str(values.get("text", "")),
                key=arrived.request.headers.get("Idempotency-Key", ""),
                accepted=stored is not None and reply is None,
                message_id=stored.message_id if stored else "",
                parts=stored.order.measure.parts if stored else 0,
                encoding=stored.order.measure.encoding if stored else "",
                cost=str(stored.cost) if stored else "",
                status=refusal.status if refusal else 200 if stored else 0,
                code=refusal.code if refusal else "",
                fault=rule.fault if rule else "",
                replayed=reply is not None,
            )
        )

    def _read(self, answer: Any, *, bare: bool = False) -> Any:
        """A read that needs the key and answers with JSON; `bare`: its errors, too, as they are."""

        async def handle(request: web.Request) -> web.Response:
            """Answer 401 for a foreign key, the read's JSON else."""
            try:
                checks.authorized(request.headers.get("Authorization", ""), self._taken_key)
                return _json(orjson.dumps(answer(request)))
            except Refusal as refusal:
                return _refused(refusal, None, bare=bare)

        return handle

    def _message(self, request: web.Request) -> dict[str, Any]:
        stored = self.state.messages.get(request.match_info["id"])
        if stored is None:
            raise Refusal(404, "10005", "Resource not found", "No such message.")
        return {"data": payload(stored, self.state.now())}

    def _senders(self, request: web.Request) -> dict[str, Any]:
        portal.check_profile(self.state, request.match_info["id"])
        return portal.senders(self.state, request.query)

    def _records(self, request: web.Request) -> dict[str, Any]:
        return detail_records.search(self.state, request.query, self.state.now())

    def _deliveries(self, request: web.Request) -> dict[str, Any]:
        return deliveries.search(self.state, request.query, self.state.now())

    async def _show_ledger(self, _request: web.Request) -> web.Response:
        return _json(orjson.dumps(self.state.ledger))

    async def _show_messages(self, _request: web.Request) -> web.Response:
        return _json(orjson.dumps(portal.messages(self.state)))

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self.state.rules = faults.parse_script((await request.read()).decode())
        except errors.UsageError as failure:
            return web.Response(status=400, text=failure.message)
        self.state.requests = 0
        return _json(b"{}")

    async def _set_clock(self, request: web.Request) -> web.Response:
        self.state.ahead_s = float(orjson.loads(await request.read())["ahead_s"])
        return _json(b"{}")


@web.middleware
async def _nowhere(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A path or a method that Telnyx does not have."""
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as other:
        refusal = Refusal(405, "10015", "Method Not Allowed", f"Not {request.method}.")
        response = _refused(refusal, None)
        response.headers["Allow"] = other.headers["Allow"]
        return response
    except web.HTTPNotFound:
        return _refused(Refusal(404, "10005", "Resource not found", "No such path."), None)


def _peek(body: bytes) -> dict[str, Any]:
    """What the ledger can say of a body that may be anything."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return values if isinstance(values, dict) else {}


def _peek_to(body: bytes) -> str:
    return str(_peek(body).get("to", ""))


def _json(body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=body, content_type=_JSON, headers=headers)


def _refused(refusal: Refusal, requests_per_s: float | None, *, bare: bool = False) -> web.Response:
    headers = {}
    if refusal.code == "10011":
        headers = {
            "Retry-After": "1",
            "x-ratelimit-limit": f"{requests_per_s or 0:g}",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1",
        }
    return web.Response(
        status=refusal.status, body=refusal.body(bare=bare), content_type=_JSON, headers=headers
    )
