"""A demonstration agency: a small, whole client of the exchange, apart from the service.

It may serve agencies as an example: its inbox is what makes "at least once" into "once in effect".
"""
