"""A small Telnyx of the tests' own, written without a look at the sandbox: it sends, it remembers,
and it counts every question.

    python -m tests.receipts_server LOG MESSAGES
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

#: By the last digit of the phone: the word of the messages API, of the detail records, the code.
ENDS = {
    "1": ("delivery_failed", "failed", "40001"),
    "2": ("delivery_unconfirmed", "dlr_timeout", None),
    "3": ("expired", "gw_timeout", "40014"),
}


class Telnyx:
    """Messages in memory; questions in a file."""

    def __init__(self, log: Path) -> None:
        self.log = log.open("a", buffering=1)
        self.messages: dict[str, dict[str, str]] = {}

    async def send(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        key, now = str(uuid.uuid4()), datetime.now(UTC).isoformat()
        self.messages[key] = {"to": body["to"], "from": body["from"], "at": now}
        cost = None if body["to"].endswith("4") else {"amount": "0.0420", "currency": "USD"}
        return web.json_response(
            {"data": {"id": key, "to": [{"status": "queued"}], "parts": 1, "cost": cost}}
        )

    def _end(self, message: dict[str, str]) -> tuple[str, str, str | None]:
        return ENDS.get(message["to"][-1], ("delivered", "delivered", None))

    async def message(self, request: web.Request) -> web.Response:
        key = request.match_info["id"]
        self.log.write(f"message {key}\n")
        message = self.messages.get(key)
        if message is None:
            return web.json_response({"errors": [{"code": "10005", "title": "?"}]}, status=404)
        status, _, code = self._end(message)
        data = {
            "id": key,
            "from": {"phone_number": message["from"]},
            "to": [{"phone_number": message["to"], "status": status}],
            "cost": {"amount": 0.0444, "currency": "USD"},
            "errors": [{"code": code, "title": "no"}] if code else [],
            "completed_at": message["at"],
        }
        return web.json_response({"data": data})

    async def records(self, request: web.Request) -> web.Response:
        size, number = (int(request.query[f"page[{name}]"]) for name in ("size", "number"))
        self.log.write(f"page {number}\n")
        since, until = (
            datetime.fromisoformat(request.query[f"filter[created_at][{end}]"])
            for end in ("gte", "lt")
        )
        shown = [
            (key, message)
            for key, message in self.messages.items()
            if since <= datetime.fromisoformat(message["at"]) < until
            and message["from"] == request.query["filter[cli]"]
            and not message["to"].endswith("5")  # missing for ever
        ]
        data = [
            {
                "uuid": key,
                "cld": "+44*******",
                "cli": message["from"],
                "created_at": message["at"],
                "sent_at": message["at"],
                "completed_at": message["at"],
                "status": self._end(message)[1],
                "errors": [self._end(message)[2]] if self._end(message)[2] else [],
                "cost": None if message["to"].endswith("6") else "0.0444",
                "currency": "USD",
            }
            for key, message in shown[(number - 1) * size : number * size]
        ]
        return web.json_response({"data": data, "meta": {"total_results": len(shown)}})


def main(log: Path) -> None:
    telnyx, app = Telnyx(log), web.Application()
    app.add_routes(
        [
            web.post("/v2/messages/alphanumeric_sender_id", telnyx.send),
            web.get("/v2/messages/{id}", telnyx.message),
            web.get("/v2/detail_records", telnyx.records),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=0, print=lambda words: print(words, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
