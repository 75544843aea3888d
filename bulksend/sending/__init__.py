"""Each message once: many messages (`pipeline`), one message (`delivery`), when the next may go
(`pacing`), and when the whole batch must stop (`breaker`, `budget`, `halt`)."""
