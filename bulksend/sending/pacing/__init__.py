"""When the next request may go: one gate for all workers.

Theory of operation
===================

Promised: in any second (any period, for rates below one a second) no more requests leave than the
user's rate and one, and over a minute at least 99 % of it; where Telnyx says no, no slot is given
before the time it names; its queue is held at ten seconds; workers pass in the order of asking.

A request passes twice, and everything that decides is asked at one of the two places::

                     slot()                                      smooth()
    worker ---> [ the first in line ] ---> claim (durable) ---> [ the next to leave ] ---> wire
                  |   |   |                                       |                          |
                  |   |   '- window: the promise of each second  -'                          |
                  |   '----- bucket: the user's rate                                         |
                  '--------- policy: what Telnyx allows, pauses, opening                     |
                        ^                                                                    |
                        '----------------- on_reply: one observation a reply ----------------'

One mechanism decides each thing:

- *The user's rate*: `bucket`, which is aiolimiter's leaky bucket with room for a tenth of a second,
  so that a late look loses no slot. Slots are drawn from it a tick at a time, and it is never
  waited on (it would spin under uvloop, whose timers are whole milliseconds).
- *What Telnyx allows*: `policy`, pure: one moment before which no slot is given (GCRA: the last
  slot plus the interval of the rate that is allowed; a hold moves it on). It asks two pure limits
  and the lowest counts: `api_limit` is the rule for 429 (code 10011), found from below;
  `provider_queue` the rule for `wait_seconds` and for a full queue (40318). No connection, and a
  server that names a time (503 with Retry-After), hold the same gate and leave the rate alone.
- *The promise of each second*: `window`, asked at both places. Between slot and wire lies the
  claim, and what waited for a slow disk comes out of it in a burst: there it is smoothed as well,
  which costs the burst some milliseconds and an even stream nothing.

Who may pass at once passes in one call (`slot_now`, `smooth_now`), where nobody waits. Everybody
else stands in line; one timer for each place looks once a tick, and lets all pass who may.

States, and what moves the gate between them; they are the policy's, as values::

    resting --(a slot is given: no hold, no pause)--> opening --(4 replies)--> open
       ^                                                 |                      |
       '----- hold (429, 40318, wait over 20 s, no connection, Retry-After) or pause -----'

Opening lets one request out, then two, three, ten, and then as many as the rate wants: a full
queue, a wrong limit or a dead network shows itself in a few requests. What piled up in the bucket
during a rest is let go.

What changes, all of it in `pacer`: `pace` (the policy's state, a value: the same one as long as a
reply teaches nothing), `_counts` (what the policy observes), `_accepted_at` (for its last second),
`_bucket`, and a window for each of the two places (`_slots`, `_wire`; each the moments that went,
and the even one).
"""
