"""A small application, and how to test it: reminders by SMS, and a call when none arrives."""
