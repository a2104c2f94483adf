"""Show the types of records without how their fields are called on the wire."""

from __future__ import annotations

from typing import Any

import griffe


class WithoutWireNames(griffe.Extension):
    """Take `str` for `Annotated[str, Wire("ddi")]`: the rest is between us and the wire."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:  # noqa: ANN401  # griffe's own signature
        """Shorten the annotation of one attribute."""
        annotation = attr.annotation
        if (
            isinstance(annotation, griffe.ExprSubscript)
            and annotation.canonical_name == "Annotated"
            and isinstance(annotation.slice, griffe.ExprTuple)
        ):
            attr.annotation = annotation.slice.elements[0]
