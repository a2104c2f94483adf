"""A background worker for SPIKON on taskiq: call histories, SMS campaigns, announcements.

What is paid for, or ordered, is started once, whatever happens to the processes that do it:

- The *journal* (SQLite) knows every job and each of its steps. It is written before a call that
  starts something and again, with the id, before anything is waited for. See `journal.py`.
- A *lock* of the operating system keeps two workers from one job; it goes when its process goes.
- The *broker* (in-process, or Redis) only carries messages that say which job to look at. One that
  is lost or comes twice does no harm: every worker also looks into the journal for jobs that
  nobody is at.

    python -m examples.worker demo
"""
