"""What the tests of the readers ask of a document."""


def texts(document):
    return [document.text[block.start : block.end] for block in document.blocks]


def kinds(document):
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def cells(document):
    """Return each table row: its table's number, whether it is of the header, and its cells."""
    return [
        (b.table, b.is_header, [(document.text[c.start : c.end], c.column, c.columns, c.rows) for c in b.cells])
        for b in document.blocks
        if b.kind == "table_row"
    ]
