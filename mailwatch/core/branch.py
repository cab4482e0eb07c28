"""A mail and what hangs on it, within a reply tree."""

from __future__ import annotations

from mailwatch.core.conversation import Letter, Tree


def branch(tree: Tree, sha256: str) -> tuple[Letter, ...]:
    """The letter that this original belongs to, and all that answer it, straight or over others.

    Over mails that nobody has seen, too. Nothing where no letter has such an original.
    """
    root = next(
        (i for i, letter in enumerate(tree.letters) if any(n.sha256 == sha256 for n in letter.originals)),
        None,
    )
    if root is None:
        return ()
    inside = {root}
    for index in tree.parents_first():
        nearest = next(tree.ancestors(index), None)
        if nearest is not None and nearest[0] in inside:
            inside.add(index)
    return tuple(tree.letters[index] for index in sorted(inside))
