"""A wallboard: a web page that shows a call centre live, and from which calls can be made.

    python -m examples.wallboard

One client and one set of watches serve any number of browsers. The way of a change through the
files: `feed` (Daktela's watches) -> `board` (what the page shows) -> `hub` (all open pages) ->
`events` (Server-Sent Events to one page) -> `static/`. The other way: `dialing` (calls made from
the page) and `hooks` (incoming calls, told by Daktela). `app` puts them together, `security` stands
in front, and `demo` stands in for Daktela where there is none.
"""
