"""What the documentation is built with: diagrams, the reference, the tables of methods."""
