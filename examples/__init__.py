"""Programs to run and to copy from; each begins with how it is started."""
