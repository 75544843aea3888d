"""What became of accepted messages: asked for in pages and one by one, or told by webhooks.

`apply` joins all receipts of a message, `store` keeps it beside the journal,
`schedule` says when to ask again and when to stop, `poll` asks, `listen` is told.
"""
