"""What the command lines `spikon` and `daktela` share; they need the extra `cli`.

Nothing else imports this package: whoever only uses the clients needs neither cyclopts nor rich.
"""
